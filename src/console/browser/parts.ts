import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Refusal } from './api.ts';
import { localTime } from './format.ts';
import { html } from './html.ts';

/** A time in the reader's zone, with the exact one on hover. */
export function Time({ iso }: { readonly iso: string }): VNode {
  return html`<time datetime=${iso} title=${iso}>${localTime(iso)}</time>`;
}

interface CopyProps {
  readonly text: string;
  readonly label: string;
  /** What is copied, where the text does not say it. */
  readonly title?: string;
}

/** A button that copies a text. */
export function Copy({ text, label, title = text }: CopyProps): VNode {
  const [isDone, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return html`<button type="button" class="quiet small" onClick=${copy} title=${title}>
    ${isDone ? 'Copied' : label}<span class="hidden" role="status">${isDone ? 'Copied' : ''}</span>
  </button>`;
}

/** What went wrong, and what can be done. */
export function Trouble({
  refusal,
  children,
}: {
  readonly refusal: Pick<Refusal, 'message' | 'hint'>;
  readonly children?: ComponentChildren;
}): VNode {
  return html`<div class="trouble" role="alert">
    <strong>${refusal.message}</strong>${refusal.hint ? html`<span>${refusal.hint}</span>` : null}${children}
  </div>`;
}

/** What a page says when there is nothing to show yet: what will be here, and how it comes. */
export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}): VNode {
  return html`<div class="empty"><strong>${title}</strong>${children}</div>`;
}

export function Pill({
  kind,
  children,
}: {
  readonly kind: string;
  readonly children: ComponentChildren;
}): VNode {
  return html`<span class=${`pill ${kind}`}>${children}</span>`;
}
