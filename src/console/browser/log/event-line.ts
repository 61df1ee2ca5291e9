import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type LogEvent, metadataOf } from './events.ts';
import { beginning, count, visible } from '../format.ts';
import { html } from '../html.ts';
import { Copy, Time } from '../parts.ts';
import { href } from '../router.ts';

/** An event on one line; more of it when it is opened. */
export function EventLine({
  event,
  isOpen = false,
}: {
  readonly event: LogEvent;
  readonly isOpen?: boolean;
}): VNode {
  const [open, setOpen] = useState(isOpen);
  const correlation = metadataOf(event, 'correlationId');
  return html`<li class=${`event ${open ? 'open' : ''}`}>
    <div class="event-head">
      <button type="button" class="event-toggle" aria-expanded=${open} onClick=${() => setOpen(!open)}>
        <span class="position">${count(event.position)}</span>
        <span class="type">${event.type}</span>
      </button>
      <a
        class="stream"
        href=${href(`/log?stream=${encodeURIComponent(event.stream)}`)}
        title=${`Version ${event.version} of the stream`}
        >${visible(event.stream)}</a
      >
      <code class="summary">${visible(beginning(JSON.stringify(event.data)))}</code>
      <${Time} iso=${event.time} />
    </div>
    ${
      open
        ? html`<div class="event-body">
            <dl class="facts">
              <div>
                <dt>Id</dt>
                <dd><code>${event.id}</code></dd>
              </div>
              <div>
                <dt>Version</dt>
                <dd>${event.version}</dd>
              </div>
              <div>
                <dt>Schema</dt>
                <dd>${event.schemaVersion}</dd>
              </div>
              ${
                correlation === undefined
                  ? null
                  : html`<div>
                      <dt>Correlation</dt>
                      <dd>
                        <a href=${href(`/log?correlation=${encodeURIComponent(correlation)}`)}
                          >${correlation}</a
                        >
                      </dd>
                    </div>`
              }
            </dl>
            <pre tabindex="0">${visible(JSON.stringify(event.data, null, 2))}</pre>
            ${event.metadata === null ? null : html`<pre tabindex="0">${JSON.stringify(event.metadata, null, 2)}</pre>`}
            <p class="actions">
              <a href=${href(`/log?type=${encodeURIComponent(event.type)}`)}>All of this type</a>
              <${Copy} text=${JSON.stringify(event)} label="Copy JSON" />
            </p>
          </div>`
        : null
    }
  </li>`;
}
