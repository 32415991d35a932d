// The upload page: shows how far the sending is and what became of each file. Every word stands in #words.
(function () {
  'use strict';

  const byId = (id) => document.getElementById(id);
  const words = JSON.parse(byId('words').textContent);
  const form = byId('upload'), pickers = [byId('camera'), byId('files')], bar = byId('bar'), doing = byId('doing'), results = byId('results');
  const button = form.querySelector('button'), limit = Number(form.dataset.limit);

  // A phone's camera gives one picture at a time: what is chosen is collected here, in its order.
  let chosen = [];

  const sizeOf = (files) => files.reduce((sum, file) => sum + file.size, 0);

  function show() {
    const list = byId('chosen'), head = document.createElement('p'), names = document.createElement('ol');
    const megabytes = (sizeOf(chosen) / 1048576).toFixed(1).replace('.', ',');
    head.textContent = words.chosen.replace('{count}', chosen.length).replace('{size}', megabytes);
    chosen.forEach((file) => {
      const line = document.createElement('li');
      line.textContent = file.name;
      names.append(line);
    });
    list.replaceChildren(head, names);
    list.hidden = byId('anew').hidden = chosen.length === 0;
  }

  function take(picker) {
    chosen.push(...picker.files);
    picker.value = '';
    newNumber();
    show();
  }

  function empty() {
    chosen = [];
    newNumber();
    show();
  }

  function tell(className, sentence) {
    const line = document.createElement('p');
    line.className = className;
    line.textContent = sentence;
    results.append(line);
  }

  function done() {
    button.disabled = false;
    byId('progress').hidden = true;
  }

  function newNumber() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    form.elements.id.value = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  function read(status, body) {
    done();
    if (status !== 200) {
      const tooLarge = words.too_large.replace('{limit}', Math.round(limit / 1048576));
      tell('warn', status === 413 ? tooLarge : status === 403 ? words.closed : words.failed);
      return;
    }
    body.results.forEach((one) => {
      tell(one.stored ? 'good' : 'warn', one.stored ? words.stored.replace('{name}', () => one.name) : one.sentence);
    });
    tell('', words.next);
    // The next files are another sending; the same ones, sent again after a lost connection, are not.
    empty();
  }

  form.classList.add('collects');
  pickers.forEach((picker) => picker.addEventListener('change', () => take(picker)));
  byId('anew').addEventListener('click', empty);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    results.textContent = '';
    if (chosen.length === 0) {
      tell('warn', words.none);
      return;
    }
    if (sizeOf(chosen) > limit) {
      read(413, {});
      return;
    }
    const request = new XMLHttpRequest();
    request.open('POST', location.pathname);
    request.setRequestHeader('Accept', 'application/json');
    request.responseType = 'json';
    request.upload.onprogress = (progress) => {
      if (!progress.lengthComputable) return;
      bar.value = (100 * progress.loaded) / progress.total;
      doing.textContent = words.sending.replace('{percent}', Math.round(bar.value));
    };
    request.upload.onload = () => { doing.textContent = words.checking; };
    request.onload = () => read(request.status, request.response || { results: [] });
    request.onerror = () => {
      done();
      tell('warn', words.again);
    };
    bar.value = 0;
    button.disabled = true;
    byId('progress').hidden = false;
    const body = new FormData();
    body.append('id', form.elements.id.value);
    chosen.forEach((file) => body.append('files', file, file.name));
    request.send(body);
  });
})();
