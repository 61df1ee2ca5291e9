import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { hasToken, heardAt, needsToken } from './api.ts';
import { clockTime } from './format.ts';
import { html } from './html.ts';
import { Navigation, signOut } from './navigation.ts';
import { PageAt } from './pages.ts';
import { Trouble } from './parts.ts';
import { Confirmation } from './question.ts';
import { troubleCount } from './projections/current-concerns.ts';
import { partsOf, place } from './router.ts';
import { begin, startProblem, views } from './session.ts';
import { SignIn } from './sign-in.ts';
import { watch } from './statuses.ts';

/** The page: where one can go on the left, where one is on the right. */
export function Shell(): VNode {
  if (needsToken.value) return html`<${SignIn} />`;
  if (startProblem.value !== undefined) return html`<${NotYet} />`;
  if (views.value === undefined) return html`<p class="waiting first">Asking the server…</p>`;
  return html`<${Inside} />`;
}

function NotYet(): VNode {
  const refusal = startProblem.value;
  useEffect(() => {
    const timer = setInterval(() => void begin(), 2000);
    return () => clearInterval(timer);
  }, []);
  return html`<main class="sign-in">
    <div class="card">
      <h1>Projectionist</h1>
      <${Trouble} refusal=${refusal} />
      ${hasToken() ? html`<div class="actions"><button type="button" onClick=${signOut}>Another token</button></div>` : null}
    </div>
  </main>`;
}

function Inside(): VNode {
  useEffect(() => {
    const over = new AbortController();
    void watch(over.signal);
    return () => over.abort();
  }, []);
  const { path } = place.value;
  // Seen also where the page is not: in the list of tabs
  const wrong = troubleCount.value;
  useEffect(() => {
    const { kind, name } = partsOf(path);
    const title = path === '/' ? 'Projectionist' : `${name || kind} · Projectionist`;
    document.title = wrong === 0 ? title : `(${wrong}) ${title}`;
  }, [path, wrong]);
  return html`<a class="skip" href="#main">To the content</a>
    <${Navigation} path=${path} />
    <main id="main" class=${heardAt.value === undefined ? '' : 'offline'} tabindex="-1">
      ${heardAt.value === undefined ? null : html`<${Offline} since=${heardAt.value} />`}
      <${PageAt} path=${path} />
    </main>
    <${Confirmation} />`;
}

/** What is shown may be wrong by now: that stays in sight while one scrolls. */
function Offline({ since }: { readonly since: number }): VNode {
  const message = 'The server does not answer';
  const hint = `What is shown is what it said at ${clockTime(since)}. It is asked again every second; nothing needs to be loaded anew.`;
  return html`<div class="offline-note"><${Trouble} refusal=${{ message, hint }} /></div>`;
}
