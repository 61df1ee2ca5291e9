/**
 * What `/docs` runs in a browser: it reads the OpenAPI document and lets requests be tried. Text from the server becomes
 * text nodes alone. It is kept as text, as nothing of it runs here.
 */
export const SCRIPT = String.raw`
'use strict';
const KEY = 'projectionist-token';
const LONGEST_ANSWER = 200000;
const at = (id) => document.getElementById(id);

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element[name] = value;
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

function send(path, init = {}) {
  const token = sessionStorage.getItem(KEY);
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('Authorization', 'Bearer ' + token);
  // With cookies: an application that this is mounted in may know its people by them.
  return fetch(path, { ...init, headers });
}

async function load() {
  at('say').textContent = '';
  const answer = await send('openapi.json');
  const body = await answer.json();
  const isRefused = answer.status === 401 || answer.status === 403;
  at('sign-in').hidden = !isRefused;
  if (answer.ok) return show(body);
  at('say').textContent = isRefused && sessionStorage.getItem(KEY) === null ? '' : body.message;
}

function show(description) {
  const { info, tags, paths, components, servers = [], security } = description;
  const mount = (servers[0]?.url ?? '/').replace(/\/$/, '');
  const entries = Object.entries(paths).flatMap(([path, { parameters = [], ...operations }]) =>
    Object.entries(operations).map(([method, operation]) => ({
      path: mount + path, method, operation, parameters: [...parameters, ...(operation.parameters ?? [])],
    })),
  );
  document.title = info.title;
  at('content').replaceChildren(
    make('p', {}, info.description.replaceAll('${'`'}', '') + ' For machines: ', make('a', { href: 'openapi.json' }, 'openapi.json')),
    ...(security === undefined ? [] : [signOut()]),
    ...tags.flatMap(({ name }) => sectionOf(name, entries.filter(({ operation }) => operation.tags?.includes(name)))),
    make('h2', {}, 'Schemas'),
    ...Object.entries(components.schemas).map(([name, schema]) =>
      make('details', { id: name }, make('summary', {}, make('code', {}, name)), jsonOf(schema)),
    ),
  );
}

function signOut() {
  const button = make('button', { type: 'button' }, 'Forget the token');
  button.onclick = () => {
    sessionStorage.removeItem(KEY);
    at('content').replaceChildren();
    start();
  };
  return button;
}

function sectionOf(name, entries) {
  return entries.length === 0 ? [] : [make('h2', {}, name), ...entries.map(entryOf)];
}

function entryOf({ path, method, operation, parameters }) {
  const fields = parameters.map((parameter) => ({
    parameter,
    input: make('input', { ariaLabel: parameter.name, required: parameter.in === 'path', placeholder: parameter.in }),
  }));
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const body = type === undefined ? undefined : make('textarea', { ariaLabel: 'Body', placeholder: type });
  const form = make('form', {},
    make('table', {}, ...fields.map(({ parameter, input }) =>
      rowOf(make('code', {}, parameter.name), parameter.in, parameter.description ?? '', input))),
    body,
    ...(content === undefined ? [] : [jsonOf(content.schema)]),
  );
  const request = () => requestOf({ path, method, fields, type, body });
  return make('details', {},
    make('summary', {}, make('b', { className: 'method' }, method), ' ', make('code', {}, path), ' ' + (operation.summary ?? '')),
    form,
    make('table', {}, ...Object.entries(operation.responses).map(([status, { description }]) =>
      rowOf(make('code', {}, status), description))),
    ...tried(form, request),
  );
}

function requestOf({ path, method, fields, type, body }) {
  const given = fields.filter(({ input }) => input.value !== '').map(({ parameter, input }) => [parameter, input.value]);
  const of = (place) => given.filter(([parameter]) => parameter.in === place);
  const address = of('path').reduce((text, [{ name }, value]) => text.replace('{' + name + '}', encodeURIComponent(value)), path);
  const search = new URLSearchParams(of('query').map(([{ name }, value]) => [name, value])).toString();
  const headers = new Headers(of('header').map(([{ name }, value]) => [name, value]));
  if (body !== undefined) headers.set('Content-Type', type);
  return [address + (search === '' ? '' : '?' + search), { method: method.toUpperCase(), headers, body: body?.value }];
}

/** A button that sends, then stops what it has sent; and where the answer goes. */
function tried(form, request) {
  const button = make('button', {}, 'Send');
  const output = make('pre', { hidden: true });
  let running;
  form.append(button);
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (running !== undefined) return running.abort();
    running = new AbortController();
    button.textContent = 'Stop';
    output.hidden = false;
    try {
      await print(output, request(), running.signal);
    } catch (error) {
      output.append('\n' + (error.name === 'AbortError' ? 'Stopped.' : error.message));
    }
    running = undefined;
    button.textContent = 'Send';
  };
  return [output];
}

async function print(output, [path, init], signal) {
  output.textContent = init.method + ' ' + path + '\n';
  const answer = await send(path, { ...init, signal });
  const headers = [...answer.headers].map(([name, value]) => name + ': ' + value);
  output.append('\n' + [answer.status + ' ' + answer.statusText, ...headers].join('\n') + '\n\n');
  let length = 0;
  for await (const text of (answer.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream())) {
    output.append(text);
    length += text.length;
    if (length <= LONGEST_ANSWER) continue;
    output.append('\n… and more.');
    return;
  }
}

function rowOf(...cells) {
  return make('tr', {}, ...cells.map((cell) => make('td', {}, cell)));
}

function jsonOf(value) {
  return make('pre', {}, JSON.stringify(value, null, 2));
}

function start() {
  load().catch((error) => {
    at('say').textContent = error.message;
  });
}

at('sign-in').onsubmit = (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, at('token').value.trim());
  at('token').value = '';
  start();
};
start();
`;
