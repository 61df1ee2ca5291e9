import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { hasToken, needsToken, useToken } from './api.ts';
import { compact } from './format.ts';
import { html } from './html.ts';
import { troubleCount } from './projections/current-concerns.ts';
import { apiUrl, href } from './router.ts';
import { caller, has, views } from './session.ts';
import { headNow, statuses } from './statuses.ts';
import { nextTheme, theme } from './theme.ts';

/** Where one can go. */
export function Navigation({ path }: { readonly path: string }): VNode {
  const byProjection = Map.groupBy(views.value ?? [], ({ projection }) => projection);
  const parked = statuses.value?.reduce((sum, status) => sum + status.parked, 0) ?? 0;
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
      ${link('/', html`Overview ${troubleCount.value > 0 ? html`<small class="bad">${troubleCount.value}<span class="hidden"> wrong</span></small>` : null}`)}
      ${link('/log', html`Log <small>${compact(headNow())}</small>`)}
      ${has('/projections/{name}/dead-letters') ? link('/dead-letters', html`Dead letters ${parked > 0 ? html`<small class="bad">${parked}<span class="hidden"> parked</span></small>` : null}`) : null}
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

export function signOut(): void {
  useToken('');
  needsToken.value = true;
}
