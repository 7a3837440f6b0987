/** What runs in the page. All that it shows is put there as text, never as HTML. */
export const script = String.raw`'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const make = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {}))
      if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
    made.append(...inside.filter((part) => part !== null && part !== undefined));
    return made;
  };
  const pretty = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  const folded = (title, value) => make('details', {}, make('summary', {}, title), make('pre', {}, pretty(value)));
  let api;

  const resolved = (part) =>
    part && part.$ref ? part.$ref.slice(2).split('/').reduce((at, key) => at[key], api) : part;

  function typeOf(schema) {
    if (!schema) return '';
    const types = [schema.type || (schema.anyOf || []).map(typeOf)].flat();
    return schema.enum ? schema.enum.map(String).join(' | ') : [...new Set(types)].join(' or ');
  }

  function fields(operation) {
    return (operation.parameters || []).map((one) => {
      const needed = one.in === 'path' || one.required;
      const input = make('input', {
        'data-in': one.in, 'data-name': one.name, 'aria-label': one.name,
        placeholder: one.example === null || one.example === undefined ? '' : String(one.example),
      });
      if (needed && one.example !== undefined) input.value = String(one.example);
      const about = [one.in, typeOf(one.schema), one.description].filter(Boolean).join(' · ');
      return make('div', { class: 'field' }, make('label', {}, make('code', {}, one.name), needed ? ' *' : ''), input,
        make('small', {}, about));
    });
  }

  function bodyOf(operation) {
    const content = operation.requestBody && operation.requestBody.content;
    if (!content) return null;
    const type = Object.keys(content)[0];
    const text = make('textarea', { 'data-body': type, 'aria-label': 'Body', spellcheck: 'false' });
    text.value = pretty(content[type].example);
    return make('div', {}, make('h4', {}, 'Body'), text, folded('Schema', content[type].schema));
  }

  function answers(operation) {
    return Object.entries(operation.responses).map(([status, response]) => {
      const { description, content } = resolved(response);
      const [type, media] = Object.entries(content || {})[0] || [];
      const inside = [make('p', { class: 'soft' }, description)];
      if (media && media.example !== undefined) inside.push(make('pre', {}, pretty(media.example)));
      if (media && media.schema) inside.push(folded('Schema', resolved(media.schema)));
      return make('details', {}, make('summary', {}, status + (type ? ' · ' + type : '')), ...inside);
    });
  }

  async function send(method, path, box, shown) {
    let url = path;
    const query = new URLSearchParams();
    for (const input of box.querySelectorAll('input[data-in]')) {
      const name = input.getAttribute('data-name');
      if (input.getAttribute('data-in') === 'path') url = url.replace('{' + name + '}', encodeURIComponent(input.value));
      else if (input.value !== '') query.set(name, input.value);
    }
    if (String(query)) url += '?' + query;
    const headers = {};
    const token = byId('token').value.trim();
    if (token) headers.authorization = 'Bearer ' + token;
    const text = box.querySelector('textarea[data-body]');
    if (text) headers['content-type'] = text.getAttribute('data-body');
    shown.hidden = false;
    shown.textContent = method + ' ' + url + ' …';
    const began = Date.now();
    try {
      const response = await fetch(url, { method, headers, body: text ? text.value : undefined });
      const stream = (response.headers.get('content-type') || '').startsWith('text/event-stream');
      const body = stream ? '(a stream: read it with curl -N)' : await response.text();
      if (stream && response.body) response.body.cancel();
      let told = body;
      try { told = pretty(JSON.parse(body)); } catch {}
      shown.textContent = response.status + ' in ' + (Date.now() - began) + ' ms\n\n' + told;
    } catch (error) {
      shown.textContent = 'Not sent: ' + error.message;
    }
  }

  function shownOperation(path, method, operation) {
    const result = make('pre', { class: 'result', 'aria-live': 'polite' });
    result.hidden = true;
    const button = make('button', { type: 'button' }, 'Try it');
    const box = make('div', {});
    button.addEventListener('click', () => send(method, path, box, result));
    const one = make('details', { class: 'operation', 'data-words': (method + ' ' + path + ' ' + operation.operationId
      + ' ' + operation.summary).toLowerCase() },
      make('summary', {}, make('b', { class: method }, method), make('code', {}, path), make('span', {}, operation.summary)),
      box);
    // There are many: each is made when it is opened.
    one.addEventListener('toggle', () => {
      if (box.firstChild) return;
      const permission = operation['x-permission'];
      const about = operation.operationId + (permission ? ' · needs ' + permission : operation.security ? ' · open' : '');
      box.append(make('p', { class: 'soft' }, about), ...fields(operation));
      const body = bodyOf(operation);
      if (body) box.append(body);
      box.append(make('p', {}, button), result, make('h4', {}, 'Answers'), ...answers(operation));
    });
    return one;
  }

  function show() {
    const subjects = new Map();
    for (const [path, methods] of Object.entries(api.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const [subject] = operation.tags;
        if (!subjects.has(subject)) subjects.set(subject, []);
        subjects.get(subject).push(shownOperation(path, method.toUpperCase(), operation));
      }
    byId('loading').remove();
    for (const [subject, list] of [...subjects].sort(([one], [other]) => (one < other ? -1 : 1))) {
      byId('subjects').append(make('a', { href: '#' + subject }, subject));
      byId('operations').append(make('section', {}, make('h2', { id: subject }, subject), ...list));
    }
  }

  byId('find').addEventListener('input', (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/);
    for (const section of document.querySelectorAll('section')) {
      let any = false;
      for (const one of section.querySelectorAll('.operation')) {
        one.hidden = !words.every((word) => one.getAttribute('data-words').includes(word));
        any = any || !one.hidden;
      }
      section.hidden = !any;
    }
  });

  fetch('/openapi.json')
    .then((response) => response.json())
    .then((read) => { api = read; show(); })
    .catch((error) => { byId('loading').textContent = 'The document cannot be read: ' + error.message; });
})();
`;
