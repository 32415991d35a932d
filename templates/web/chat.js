// The web chat: shows the talk as it comes, sends what is typed or pressed, and loses nothing on a bad line.
// Every word stands in the page's #words block.
(function () {
  'use strict';

  const byId = (id) => document.getElementById(id);
  const words = JSON.parse(byId('words').textContent), icons = JSON.parse(byId('icons').textContent);
  const log = byId('log'), scroller = byId('scroll'), end = byId('end'), pill = byId('pill'), bar = byId('state');
  const composer = byId('composer'), text = byId('text'), picker = byId('files'), sendButton = byId('send');
  const path = log.dataset.path, limit = Number(log.dataset.limit);
  const POLL_MS = 3000, SILENT_MS = 40000, SEND_MS = 20000, CATCH_UP_MS = 2500, BAR_MS = 2000, ONE_ANSWER_MS = 2000, START_GAP = 10;
  let last = Number(log.dataset.last);

  function make(tag, className, content) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (content) element.textContent = content;
    return element;
  }

  // Signs become drawings, as on the lines that came with the page.
  const SVG = 'http://www.w3.org/2000/svg';
  const sign = new RegExp('([' + Object.keys(icons.names).join('') + '])\\ufe0f?', 'u');

  function drawn(text) {
    const parts = document.createDocumentFragment();
    text.split(sign).forEach((part, index) => {
      if (index % 2 === 0) {
        parts.append(part);
        return;
      }
      const icon = document.createElementNS(SVG, 'svg'), use = document.createElementNS(SVG, 'use');
      icon.setAttribute('class', 'ico');
      icon.setAttribute('aria-hidden', 'true');
      use.setAttribute('href', icons.sprite + '#' + icons.names[part]);
      icon.append(use);
      parts.append(icon);
    });
    return parts;
  }

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  // ---- What is shown ----------------------------------------------------------------------------------------------

  const lines = () => Array.from(log.querySelectorAll('.line'));
  const atBottom = () => Math.abs(scroller.scrollTop) < 60;

  function toBottom() {
    scroller.scrollTop = 0;
    pill.hidden = true;
  }

  function offer(label) {
    pill.textContent = label;
    pill.hidden = false;
  }

  // What is longer than the screen is read from its first line.
  function toStart(line) {
    toBottom();
    const above = scroller.getBoundingClientRect().top + START_GAP - line.getBoundingClientRect().top;
    if (above <= 0) return;
    scroller.scrollTop -= above;
    offer(words.more);
  }

  // Keeps the reader where they are: the scroll position counts from the bottom.
  function change(byReader, edit) {
    const stay = !byReader && !atBottom();
    const before = scroller.scrollHeight;
    edit();
    if (stay) scroller.scrollTop -= scroller.scrollHeight - before;
    else toBottom();
    return stay;
  }

  // What comes within a moment is one answer.
  let answer = null, answeredAt = 0;
  function answerOf(line) {
    if (!answer || Date.now() - answeredAt > ONE_ANSWER_MS) answer = line;
    answeredAt = Date.now();
    return answer;
  }

  function bubble(side) {
    const going = log.querySelector('.going');
    if (going && side === 'me') going.remove();
    const line = make('article', 'line fresh ' + side);
    const box = make('div', 'bubble');
    box.append(make('span', 'vh', words[side]));
    line.append(box, make('p', 'when'));
    return line;
  }

  function drawLine(line) {
    const element = bubble(line.side);
    const box = element.querySelector('.bubble'), when = element.querySelector('.when');
    if (line.number) box.id = 'm' + line.number;
    box.insertAdjacentHTML('beforeend', line.html);
    line.files.forEach((file) => {
      const link = make('a', 'file');
      link.href = file.url;
      link.setAttribute('download', '');
      link.append(drawn('📎'), ' ' + file.name + ' ', make('small', '', file.size));
      element.insertBefore(link, when);
    });
    if (line.choices.length) element.append(drawChoices(line.choices));
    return element;
  }

  function drawChoices(rows) {
    const form = make('form', 'choices');
    form.setAttribute('aria-label', words.choices);
    rows.forEach((choices) => {
      const row = make('div', 'row');
      choices.forEach((choice) => {
        const button = make('button');
        button.append(drawn(choice.label));
        button.type = 'button';
        button.name = 'press';
        button.value = JSON.stringify(choice);
        row.append(button);
      });
      form.append(row);
    });
    return form;
  }

  function settle(element, line) {
    element.dataset.seq = line.seq;
    element.dataset.day = line.day;
    if (line.id) element.dataset.id = line.id;
    element.classList.remove('unsent', 'refused');
    element.querySelector('.when').textContent = line.clock;
  }

  function show(line) {
    last = Math.max(last, line.seq);
    if (log.querySelector('[data-seq="' + line.seq + '"]')) return;
    const own = line.id && lines().find((element) => element.dataset.id === line.id);
    if (own) {
      settle(own, line);
      return;
    }
    const element = drawLine(line);
    settle(element, line);
    const stayed = change(false, () => {
      place(element, line.seq);
      trimChoices();
    });
    if (line.side !== 'bot') return;
    const first = answerOf(element);
    if (line.number && line.number === wanted) showMessage(wanted);
    else if (stayed) offer(words.fresh);
    else toStart(first);
  }

  // What a notification was about; it may still be on its way.
  let wanted = 0;
  function showMessage(number) {
    const box = document.getElementById('m' + number);
    wanted = box ? 0 : number;
    if (box) box.closest('.line').scrollIntoView({ block: 'start' });
  }
  document.addEventListener('talk-show', (event) => {
    showMessage(event.detail);
    catchUp();
  });

  // Behind the newest line with a smaller number: lines still on their way stay last.
  function place(element, seq) {
    const before = lines().filter((one) => Number(one.dataset.seq) < seq).pop();
    if (before) before.after(element);
    else log.insertBefore(element, log.querySelector('.line') || end);
    if (!before || before.dataset.day !== element.dataset.day) {
      element.before(make('p', 'day', element.dataset.day));
    }
  }

  // Buttons stay under what came since the person last spoke, else under the newest message that has any.
  function trimChoices() {
    const all = lines();
    const spoke = all.map((one) => one.classList.contains('me')).lastIndexOf(true);
    const offering = all.filter((one) => one.querySelector('.choices'));
    const live = offering.filter((one) => all.indexOf(one) > spoke);
    const kept = live.length ? live : offering.slice(-1);
    offering.forEach((one) => {
      if (!kept.includes(one)) one.querySelector('.choices').remove();
    });
  }

  // A question that was answered at another place.
  function dropPassed(question) {
    log.querySelectorAll('.line button[name=press]').forEach((button) => {
      const payload = JSON.parse(button.value).payload;
      if (payload[0] !== '=' || payload.startsWith('=' + question + ':')) return;
      const form = button.closest('.choices');
      button.remove();
      if (!form.querySelector('button')) form.remove();
    });
  }

  // ---- What is sent: one thing after the other, each with its own number, again and again until it is taken -------

  const prefix = 'chat:' + log.dataset.contact + ':';
  const queue = [];
  let pumping = false, kick = () => undefined;

  function remember(item) {
    try {
      localStorage.setItem(prefix + item.key, JSON.stringify({ key: item.key, body: item.body }));
    } catch (error) {
      // Storage is full or forbidden: the line is still sent, it only does not outlive this page.
      console.warn('not kept', error.name);
    }
  }

  function forget(item) {
    try {
      localStorage.removeItem(prefix + item.key);
    } catch (error) {
      console.warn('not kept', error.name);
    }
  }

  function remembered() {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(prefix))
        .sort()
        .map((name) => JSON.parse(localStorage.getItem(name)));
    } catch (error) {
      return [];
    }
  }

  function enqueue(item, shown) {
    item.element = bubble('me');
    item.element.classList.add('unsent');
    item.element.dataset.id = item.body.id;
    item.element.tabIndex = -1;
    item.element.querySelector('.bubble').append(drawn(shown));
    mark(item, words.sending);
    if (item.files) drawProgress(item);
    change(true, () => {
      log.insertBefore(item.element, end);
      trimChoices();
    });
    queue.push(item);
    pump();
  }

  function say(body) {
    answer = null;
    const item = { key: String(Date.now()).padStart(15, '0') + ':' + body.id, body: body };
    remember(item);
    enqueue(item, body.label || body.text);
    return item;
  }

  function mark(item, note) {
    item.element.querySelector('.when').textContent = note;
  }

  async function pump() {
    if (pumping) return;
    pumping = true;
    let wait = 1000;
    while (queue.length) {
      const item = queue[0];
      const answer = await (item.files ? sendFiles(item) : sendLine(item));
      if (answer.again) {
        mark(item, words.waiting);
        failed();
        await pause(wait);
        wait = Math.min(wait * 2, 15000);
        continue;
      }
      wait = 1000;
      queue.shift();
      forget(item);
      finish(item, answer);
    }
    pumping = false;
  }

  function finish(item, answer) {
    item.element.querySelectorAll('progress, .cancel').forEach((one) => one.remove());
    if (answer.refused) {
      item.element.classList.add('refused');
      mark(item, answer.refused);
      return;
    }
    if (answer.cancelled) {
      item.element.remove();
      return;
    }
    item.element.classList.remove('unsent');
    if (!item.element.dataset.seq) mark(item, '');
    setTimeout(() => { if (last < answer.seq) catchUp(); }, CATCH_UP_MS);
  }

  function pause(milliseconds) {
    return new Promise((resolve) => {
      kick = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  function read(status, body) {
    if (status === 200) return { seq: body.seq || 0 };
    if (status === 403) stop();
    if (status === 413) return { refused: tooLarge() };
    return status === 400 || status === 403 ? { refused: words.refused } : { again: true };
  }

  async function sendLine(item) {
    const stopper = new AbortController();
    const timer = setTimeout(() => stopper.abort(), SEND_MS);
    try {
      const response = await fetch(path + '/say', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify(item.body),
        signal: stopper.signal,
      });
      return read(response.status, await response.json());
    } catch (error) {
      return { again: true };
    } finally {
      clearTimeout(timer);
    }
  }

  const tooLarge = () => words.too_large.replace('{limit}', Math.round(limit / 1048576));

  function sendFiles(item) {
    if (item.cancelled) return Promise.resolve({ cancelled: true });
    return new Promise((resolve) => {
      const request = new XMLHttpRequest(), form = new FormData();
      form.append('id', item.body.id);
      item.files.forEach((file) => form.append('files', file, file.name));
      item.stop = () => request.abort();
      request.open('POST', path + '/files');
      request.setRequestHeader('Accept', 'application/json');
      request.responseType = 'json';
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) item.element.querySelector('progress').value = event.loaded / event.total;
      };
      request.onload = () => resolve(read(request.status, request.response || {}));
      request.onerror = () => resolve({ again: true });
      request.onabort = () => resolve({ cancelled: true });
      request.send(form);
    });
  }

  function drawProgress(item) {
    const progress = make('progress'), cancel = make('button', 'cancel', words.cancel);
    progress.max = 1;
    progress.value = 0;
    cancel.type = 'button';
    cancel.addEventListener('click', () => {
      item.cancelled = true;
      if (item.stop) item.stop();
      kick();
    });
    item.element.append(progress, cancel);
  }

  // ---- What comes -------------------------------------------------------------------------------------------------

  let source = null, streaming = false, heard = Date.now(), downSince = 0, over = false;

  function alive() {
    streaming = true;
    heard = Date.now();
    worked();
  }

  function worked() {
    downSince = 0;
    if (!over) bar.hidden = true;
  }

  function failed() {
    if (!downSince) downSince = Date.now();
    setTimeout(() => {
      if (over || !downSince || Date.now() - downSince < BAR_MS) return;
      bar.textContent = words.lost;
      bar.hidden = false;
    }, BAR_MS + 50);
  }

  function stop() {
    over = true;
    if (source) source.close();
    bar.textContent = words.closed;
    bar.hidden = false;
    document.dispatchEvent(new Event('talk-ended'));
  }

  function connect() {
    if (over || !window.EventSource) return;
    if (source) source.close();
    streaming = false;
    heard = Date.now();
    source = new EventSource(path + '/events?after=' + last);
    source.onmessage = (event) => {
      alive();
      show(JSON.parse(event.data));
    };
    source.addEventListener('ready', () => {
      alive();
      kick();
    });
    source.addEventListener('ping', alive);
    source.addEventListener('asked', (event) => {
      alive();
      dropPassed(event.data);
    });
    source.onerror = () => {
      streaming = false;
      failed();
    };
  }

  let asking = false;
  async function catchUp() {
    if (asking || over) return;
    asking = true;
    try {
      const response = await fetch(path + '/talk?after=' + last, { headers: { Accept: 'application/json' }, cache: 'no-store' });
      if (response.status === 403) stop();
      if (response.ok) {
        const talk = await response.json();
        talk.lines.forEach(show);
        last = Math.max(last, talk.last);
        worked();
        kick();
      } else {
        failed();
      }
    } catch (error) {
      failed();
    } finally {
      asking = false;
    }
  }

  let turns = 0;
  setInterval(() => {
    turns += 1;
    if (over || (streaming && Date.now() - heard < SILENT_MS)) return;
    catchUp();
    // The browser tries again by itself unless it was refused; a line that has gone silent is opened anew.
    const closed = !source || source.readyState === 2;
    if ((closed && turns % 3 === 0) || Date.now() - heard > SILENT_MS) connect();
  }, POLL_MS);

  function wakeUp() {
    if (document.visibilityState === 'hidden') return;
    kick();
    catchUp();
    if (!streaming) connect();
  }
  window.addEventListener('online', wakeUp);
  document.addEventListener('visibilitychange', wakeUp);

  // ---- Hands ------------------------------------------------------------------------------------------------------

  function grow() {
    text.style.height = 'auto';
    text.style.height = text.scrollHeight + 3 + 'px';
  }

  composer.addEventListener('submit', (event) => {
    event.preventDefault();
    const said = text.value.trim();
    if (!said) {
      text.focus();
      return;
    }
    say({ id: newId(), text: said });
    text.value = '';
    grow();
    text.focus();
  });

  text.addEventListener('input', grow);
  text.addEventListener('keydown', (event) => {
    // 229: an input method is still putting a Vietnamese letter together.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    sendButton.click();
  });

  picker.addEventListener('change', () => {
    const files = Array.from(picker.files);
    picker.value = '';
    if (!files.length) return;
    const names = files.map((file) => '📎 ' + file.name).join('\n');
    const item = { key: '', body: { id: newId() }, files: files };
    if (files.reduce((sum, file) => sum + file.size, 0) > limit) {
      item.element = bubble('me');
      item.element.querySelector('.bubble').append(drawn(names));
      change(true, () => log.insertBefore(item.element, end));
      finish(item, { refused: tooLarge() });
    } else {
      enqueue(item, names);
    }
  });

  log.addEventListener('click', (event) => {
    const button = event.target.closest('button[name=press]');
    if (!button) return;
    event.preventDefault();
    const choice = JSON.parse(button.value);
    button.closest('.choices').remove();
    const item = say({ id: newId(), payload: choice.payload, label: choice.label });
    // From the keyboard: the next Tab goes on from here.
    item.element.focus({ preventScroll: true });
  });

  pill.addEventListener('click', () => {
    toBottom();
    scroller.focus({ preventScroll: true });
  });
  scroller.addEventListener('scroll', () => { if (atBottom()) pill.hidden = true; }, { passive: true });
  window.addEventListener('beforeunload', (event) => {
    if (queue.some((item) => item.files)) {
      event.preventDefault();
      event.returnValue = words.leave;
    }
  });

  // What was not taken before the page was closed goes out first.
  remembered().forEach((item) => {
    const taken = lines().some((one) => one.dataset.id === item.body.id);
    if (taken) forget(item);
    else enqueue(item, item.body.label || item.body.text);
  });
  const newest = lines().pop();
  if (newest && newest.classList.contains('bot') && !location.hash) toStart(newest);
  const linked = /^#m(\d+)$/.exec(location.hash);
  if (linked) showMessage(Number(linked[1]));
  connect();
  if (window.top === window && window.matchMedia('(hover: hover) and (pointer: fine)').matches) text.focus();
})();
