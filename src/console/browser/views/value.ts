import type { VNode } from 'preact';
import { beginning, count, shown, visible } from '../format.ts';
import { html } from '../html.ts';
import { Copy } from '../parts.ts';

/** Characters that are shown; all of them can be copied. */
const MOST = 600;

/** A value of a row, whole unless it is very long. */
export function Value({ value }: { readonly value: unknown }): VNode {
  const text = shown(value);
  if (text.length <= MOST) return html`<bdi>${visible(text)}</bdi>`;
  return html`<bdi>${visible(beginning(text, MOST))}</bdi>
    <${Copy} text=${text} label=${`Copy all ${count(text.length)} characters`} title="The whole value" />`;
}
