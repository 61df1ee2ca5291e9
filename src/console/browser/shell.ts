import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { hasToken, isOffline, needsToken } from './api.ts';
import { html } from './html.ts';
import { Navigation, signOut } from './navigation.ts';
import { PageAt } from './pages.ts';
import { Trouble } from './parts.ts';
import { Confirmation } from './question.ts';
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
  useEffect(() => {
    const { kind, name } = partsOf(path);
    document.title = path === '/' ? 'Projectionist' : `${name || kind} · Projectionist`;
  }, [path]);
  return html`<a class="skip" href="#main">To the content</a>
    <${Navigation} path=${path} />
    <main id="main" tabindex="-1">
      ${isOffline.value ? html`<${Trouble} refusal=${{ message: 'The server does not answer', hint: 'What is shown is what it said last. It is asked again by itself.' }} />` : null}
      <${PageAt} path=${path} />
    </main>
    <${Confirmation} />`;
}
