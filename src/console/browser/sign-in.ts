import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { hasToken, useToken } from './api.ts';
import { html } from './html.ts';
import { begin } from './session.ts';

/** Asks for a token, where the server does. */
export function SignIn(): VNode {
  const [text, setText] = useState('');
  const wasRefused = hasToken();
  const submit = (event: Event): void => {
    event.preventDefault();
    useToken(text);
    void begin();
  };
  return html`<main class="sign-in">
    <form class="card" onSubmit=${submit}>
      <h1>Projectionist</h1>
      <p>This server asks for a token. It is kept in this tab alone, and forgotten when the tab is closed.</p>
      <label class="field"
        >Token<input
          type="password"
          autocomplete="off"
          autofocus
          required
          value=${text}
          onInput=${(event: Event) => setText((event.target as HTMLInputElement).value)}
      /></label>
      ${wasRefused ? html`<p class="trouble" role="alert"><strong>That token was refused.</strong></p>` : null}
      <div class="actions"><button type="submit" class="primary">Look</button></div>
    </form>
  </main>`;
}
