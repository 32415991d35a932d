// The installed assistant's worker: shows what is pushed, answers from the lock screen, keeps the page for when there is no network.
'use strict';

const SHELL = 'shell', TALK = 'talk', KEPT = '/w/kept';
const DAY_MS = 24 * 3600 * 1000, ANSWER_MS = 8000;
const isTalk = (path) => typeof path === 'string' && /^\/w\/(?!new$)[^/]+$/.test(path);

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

// ---- What is pushed -------------------------------------------------------------------------------------------------

self.addEventListener('push', (event) => event.waitUntil(Promise.all([ring(event), sweep()])));

async function ring(event) {
  const word = event.data ? event.data.json() : {};
  await self.registration.showNotification(word.title || self.location.host, {
    body: word.body || '',
    lang: 'vi',
    icon: '/static/app-192.png',
    badge: '/static/app-badge-96.png',
    tag: word.topic || '',
    renotify: Boolean(word.topic),
    data: word,
    actions: (word.quick || []).map((choice, index) => ({ action: String(index), title: choice.label })),
  });
  await count();
}

// What still lies there unread.
async function count() {
  if (!self.navigator.setAppBadge) return;
  const lying = await self.registration.getNotifications();
  const badge = lying.length ? self.navigator.setAppBadge(lying.length) : self.navigator.clearAppBadge();
  await badge.catch(() => undefined);
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const word = event.notification.data || {}, choice = (word.quick || [])[event.action];
  event.waitUntil((choice ? answer(word, choice) : open(word)).then(count));
});

// As the button in the talk would; where that does not get through, the talk opens.
async function answer(word, choice) {
  let taken = false;
  try {
    const response = await fetch(word.path + '/say', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ id: crypto.randomUUID(), payload: choice.payload, label: choice.label }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    taken = response.ok;
  } catch (error) {
    taken = false;
  }
  if (!taken) await open(word);
}

async function open(word) {
  const path = isTalk(word.path) ? word.path : '/', at = word.number ? '#m' + word.number : '';
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const talk = windows.find((one) => new URL(one.url).pathname === path);
  if (!talk) return self.clients.openWindow(path + at);
  talk.postMessage({ show: word.number });
  return talk.focus();
}

// ---- Without a network ----------------------------------------------------------------------------------------------

self.addEventListener('fetch', (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== 'GET' || address.origin !== self.location.origin) return;
  if (address.pathname.startsWith('/static/')) event.respondWith(part(event.request, address));
  else if (event.request.mode === 'navigate' && isTalk(address.pathname)) event.respondWith(talk(event, address.pathname));
});

// An address with a version never changes what it answers.
async function part(request, address) {
  const shell = await caches.open(SHELL), kept = await shell.match(request);
  if (kept && address.searchParams.has('v')) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) await keepPart(shell, request, address, answer.clone());
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function keepPart(shell, request, address, answer) {
  const older = (await shell.keys()).filter((one) => new URL(one.url).pathname === address.pathname);
  await Promise.all(older.map((one) => shell.delete(one)));
  await shell.put(request, answer);
}

async function talk(event, path) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(keepTalk(path, answer.clone()));
    return answer;
  } catch (error) {
    const kept = await keptTalk(path);
    if (kept) return kept;
    throw error;
  }
}

// The last talk alone, for a day: a link that has ended, or a phone that is not used, leaves nothing to read.
async function keepTalk(path, answer) {
  const cache = await caches.open(TALK);
  if (answer.ok) {
    const headers = new Headers(answer.headers);
    headers.delete('content-encoding');
    headers.delete('content-length');
    headers.set('x-kept-at', String(Date.now()));
    headers.set('x-kept-path', path);
    await cache.put(KEPT, new Response(await answer.blob(), { headers: headers }));
  } else if (answer.status === 403 && (await keptTalk(path))) {
    await cache.delete(KEPT);
  }
}

async function keptTalk(path) {
  await sweep();
  const kept = await (await caches.open(TALK)).match(KEPT);
  return kept && kept.headers.get('x-kept-path') === path ? kept : undefined;
}

async function sweep() {
  const cache = await caches.open(TALK), kept = await cache.match(KEPT);
  if (kept && Date.now() - Number(kept.headers.get('x-kept-at')) > DAY_MS) await cache.delete(KEPT);
}

// The page says so when it is left: what has come meanwhile is kept too.
self.addEventListener('message', (event) => {
  const path = event.data && event.data.keep;
  if (!isTalk(path)) return;
  const fresh = fetch(path, { cache: 'no-store' }).then((answer) => keepTalk(path, answer));
  event.waitUntil(fresh.catch(() => undefined));
});
