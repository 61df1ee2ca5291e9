import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasToken, isOffline, needsToken, useToken } from './api.ts';
import { compact } from './format.ts';
import { html } from './html.ts';
import { LettersPage } from './letters-page.ts';
import { LogPage } from './log-page.ts';
import { OverviewPage } from './overview-page.ts';
import { Confirmation, Empty, Trouble } from './parts.ts';
import { ProjectionPage } from './projection-page.ts';
import { apiUrl, href, place } from './router.ts';
import { begin, caller, has, startProblem, views } from './session.ts';
import { SignIn } from './sign-in.ts';
import { headNow, statuses, watch } from './statuses.ts';
import { nextTheme, theme } from './theme.ts';
import { ViewPage } from './view-page.ts';

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

function signOut(): void {
  useToken('');
  needsToken.value = true;
}

function Inside(): VNode {
  useEffect(() => {
    const over = new AbortController();
    void watch(over.signal);
    return () => over.abort();
  }, []);
  const { path } = place.value;
  useEffect(() => {
    document.title =
      path === '/' ? 'Projectionist' : `${decodeURIComponent(path.split('/').at(-1) ?? '')} · Projectionist`;
  }, [path]);
  return html`<a class="skip" href="#main">To the content</a>
    <${Navigation} path=${path} />
    <main id="main" tabindex="-1">
      ${isOffline.value ? html`<${Trouble} refusal=${{ message: 'The server does not answer', hint: 'What is shown is what it said last. It is asked again by itself.' }} />` : null}
      ${pageAt(path)}
    </main>
    <${Confirmation} />`;
}

function pageAt(path: string): VNode {
  const [, kind = '', name = ''] = path.split('/');
  if (kind === '') return html`<${OverviewPage} />`;
  if (kind === 'views' && name !== '') return html`<${ViewPage} name=${decodeURIComponent(name)} />`;
  if (kind === 'projections' && name !== '')
    return html`<${ProjectionPage} name=${decodeURIComponent(name)} />`;
  if (kind === 'log') return html`<${LogPage} />`;
  if (kind === 'dead-letters') return html`<${LettersPage} />`;
  return html`<${Empty} title="There is no such page"><p><a href=${href('/')}>To the overview</a></p></${Empty}>`;
}

function Navigation({ path }: { readonly path: string }): VNode {
  const byProjection = Map.groupBy(views.value ?? [], ({ projection }) => projection);
  const parked = statuses.value?.reduce((sum, status) => sum + (status.parked ?? 0), 0) ?? 0;
  const bar = useRef<HTMLElement>(null);
  // On a narrow screen the links are one line, wider than it.
  useEffect(
    () =>
      bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' }),
    [path],
  );
  const link = (to: string, label: unknown): VNode =>
    html`<a href=${href(to)} aria-current=${path === to ? 'page' : undefined}>${label}</a>`;
  return html`<nav ref=${bar} class="side" aria-label="Console">
    <a class="brand" href=${href('/')} aria-label="Projectionist, overview">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <path class="beam" d="M14 13 30 5v22L14 19z" />
        <circle cx="10" cy="16" r="6" class="reel" />
        <circle cx="10" cy="16" r="2" class="hub" />
      </svg>
      <span>Projectionist</span>
    </a>
    <div class="nav-links">
      ${link('/', 'Overview')} ${link('/log', html`Log <small>${compact(headNow())}</small>`)}
      ${has('/projections/{name}/dead-letters') ? link('/dead-letters', html`Dead letters ${parked > 0 ? html`<small class="bad">${parked}</small>` : null}`) : null}
      ${[...byProjection].map(
        ([projection, list]) =>
          html`<div class="nav-group" role="group" aria-label=${`Views of ${projection}`}>
            <span class="nav-title" aria-hidden="true">${projection}</span>
            ${list.map((view) => link(`/views/${encodeURIComponent(view.name)}`, view.name))}
          </div>`,
      )}
    </div>
    <div class="nav-foot">
      <a href=${apiUrl('/docs')} target="_blank" rel="noreferrer">API</a>
      <button
        type="button"
        class="quiet small"
        onClick=${nextTheme}
        aria-pressed=${theme.value !== ''}
        title="Light or dark"
      >
        ◐<span class="hidden"> Other colours</span>
      </button>
      ${hasToken() ? html`<button type="button" class="quiet small" onClick=${signOut} title=${`Scopes: ${caller.value?.scopes.join(', ')}`}>${caller.value?.name} ×</button>` : null}
    </div>
  </nav>`;
}
