// Whether this device rings for the talk: asked once in the page, and again behind the bell. Every word stands in #ring.
(function () {
  'use strict';

  const ring = document.getElementById('ring'), bell = document.getElementById('bell');
  const log = document.getElementById('log'), scroller = document.getElementById('scroll');
  const path = log.dataset.path, key = ring.dataset.key, name = 'ring:' + log.dataset.contact;
  if (!key || window.top !== window) return;

  const WORKER = '/w/worker.js';
  const able = 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
  const installed = window.matchMedia('(display-mode: standalone)').matches || navigator.standalone === true;
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  let busy = false;

  function remembered() {
    try {
      return localStorage.getItem(name);
    } catch (error) {
      return 'later';
    }
  }

  function remember(word) {
    try {
      localStorage.setItem(name, word);
    } catch (error) {
      // Storage is forbidden: the question stays behind the bell.
      console.warn('not kept', error.name);
    }
  }

  // ---- What is shown ------------------------------------------------------------------------------------------------

  function show(state) {
    lay(() => {
      ring.querySelectorAll('[data-at]').forEach((one) => { one.hidden = !one.dataset.at.split(' ').includes(state); });
      ring.hidden = false;
    });
    bell.setAttribute('aria-expanded', 'true');
  }

  function hide() {
    lay(() => { ring.hidden = true; });
    bell.setAttribute('aria-expanded', 'false');
  }

  // The line that is read stays where it is: the scroll position counts from the bottom.
  function lay(edit) {
    const height = () => scroller.getBoundingClientRect().height;
    const before = height(), reads = scroller.scrollTop < 0;
    edit();
    if (reads) scroller.scrollTop -= before - height();
  }

  async function state() {
    if (!able) return apple && !installed ? 'home' : 'unfit';
    if (Notification.permission === 'denied') return 'denied';
    const takes = Notification.permission === 'granted' && remembered() === 'yes' && (await subscription());
    return takes ? 'on' : 'ask';
  }

  // Once on each device, and not on the first visit: an installed page has been visited before.
  async function askOnce() {
    const known = remembered();
    if (known === 'seen' || (installed && !known)) {
      const now = await state();
      if (now === 'ask' || now === 'home') show(now);
    } else if (!known) {
      remember('seen');
    }
  }

  // ---- The device ---------------------------------------------------------------------------------------------------

  const registration = () => navigator.serviceWorker.getRegistration(WORKER);

  async function subscription() {
    const found = await registration();
    return found ? found.pushManager.getSubscription() : null;
  }

  async function work() {
    await navigator.serviceWorker.register(WORKER);
    return navigator.serviceWorker.ready;
  }

  function isOurs(found) {
    if (!found.options || !found.options.applicationServerKey) return true;
    const bytes = new Uint8Array(found.options.applicationServerKey);
    const text = btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
    return text === key;
  }

  async function subscribe() {
    const pushes = (await work()).pushManager;
    let found = await pushes.getSubscription();
    if (found && !isOurs(found)) {
      await found.unsubscribe();
      found = null;
    }
    found = found || (await pushes.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
    return tell('POST', found.toJSON());
  }

  async function tell(method, body) {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    const answer = await fetch(path + '/device', { method: method, headers: headers, body: JSON.stringify(body) });
    return answer.status;
  }

  async function take() {
    // At once, while the press counts: a browser asks for nobody else.
    const permission = await Notification.requestPermission();
    if (permission !== 'granted') return permission === 'denied' ? 'denied' : 'ask';
    const status = await subscribe();
    if (status === 422) return 'unfit';
    if (status !== 204) return 'failed';
    remember('yes');
    keepPage();
    return 'done';
  }

  async function end() {
    const found = await subscription();
    remember('later');
    if (!found) return 'ask';
    const status = await tell('DELETE', { endpoint: found.endpoint });
    if (status !== 204) return 'failed';
    await found.unsubscribe();
    await drop();
    return 'ended';
  }

  // ---- The page without a network -----------------------------------------------------------------------------------

  // What stands in this page has come before the worker was there.
  async function keepPage() {
    const parts = document.querySelectorAll('link[rel=stylesheet], link[rel=icon], script[src], img[src]');
    const sprite = document.querySelector('#icons').textContent;
    const addresses = Array.from(parts, (one) => one.href || one.src).concat(JSON.parse(sprite).sprite);
    try {
      await (await caches.open('shell')).addAll(Array.from(new Set(addresses)));
      (await navigator.serviceWorker.ready).active.postMessage({ keep: path });
    } catch (error) {
      console.warn('not kept', error.name);
    }
  }

  async function drop() {
    await caches.delete('talk');
    await caches.delete('shell');
  }

  // What is read in the page needs no notification any more.
  async function tidy() {
    const found = await registration();
    if (!found) return;
    const lying = await found.getNotifications();
    lying.filter((one) => one.data && one.data.path === path).forEach((one) => one.close());
    if (navigator.clearAppBadge) navigator.clearAppBadge().catch(() => undefined);
  }

  async function keepOnLeaving() {
    const found = await registration();
    if (found && found.active) found.active.postMessage({ keep: path });
  }

  // ---- Hands --------------------------------------------------------------------------------------------------------

  const deeds = { take: take, end: end };

  ring.addEventListener('click', async (event) => {
    const button = event.target.closest('button[data-do]');
    if (!button || busy) return;
    if (button.dataset.do === 'close') {
      if (remembered() !== 'yes') remember('later');
      hide();
      return;
    }
    busy = true;
    try {
      show(await deeds[button.dataset.do]());
    } catch (error) {
      console.warn('push', error.name);
      show('failed');
    } finally {
      busy = false;
    }
  });

  bell.addEventListener('click', async () => {
    if (ring.hidden) show(await state());
    else hide();
  });

  document.addEventListener('visibilitychange', () => {
    if (!able) return;
    if (document.visibilityState === 'hidden') keepOnLeaving();
    else tidy();
  });

  // The link has ended: nothing of the talk stays here.
  document.addEventListener('talk-ended', async () => {
    if (!able) return;
    await drop();
    const found = await registration();
    if (found) await found.unregister();
  });

  if (able) {
    navigator.serviceWorker.addEventListener('message', (event) => {
      if (event.data && event.data.show) document.dispatchEvent(new CustomEvent('talk-show', { detail: event.data.show }));
      tidy();
    });
    tidy();
    // A browser may have changed the address of its device, or lost it.
    if (remembered() === 'yes' && Notification.permission === 'granted') subscribe().catch((error) => console.warn('push', error.name));
    else if (installed) work().then(keepPage).catch((error) => console.warn('push', error.name));
  }
  askOnce();
})();
