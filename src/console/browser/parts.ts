import { signal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Refusal } from './api.ts';
import { localTime } from './format.ts';
import { html } from './html.ts';

/** A time in the reader's zone, with the exact one on hover. */
export function Time({ iso }: { readonly iso: string }): VNode {
  return html`<time datetime=${iso} title=${iso}>${localTime(iso)}</time>`;
}

/** Text beside a button that copies it. */
export function Copy({ text, label }: { readonly text: string; readonly label: string }): VNode {
  const [isDone, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return html`<button type="button" class="quiet small" onClick=${copy} title=${text}>
    ${isDone ? 'Copied' : label}<span class="hidden" role="status">${isDone ? 'Copied' : ''}</span>
  </button>`;
}

/** What went wrong, and what can be done. */
export function Trouble({ refusal }: { readonly refusal: Pick<Refusal, 'message' | 'hint'> }): VNode {
  return html`<div class="trouble" role="alert">
    <strong>${refusal.message}</strong>${refusal.hint ? html`<span>${refusal.hint}</span>` : null}
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

interface Question {
  readonly title: string;
  /** What will happen. */
  readonly consequences: readonly string[];
  readonly action: string;
  readonly needsReason?: boolean;
  readonly isGrave?: boolean;
  readonly run: (reason: string) => Promise<void>;
}

const question = signal<Question | undefined>(undefined);

/** Says what will happen before it happens. */
export function confirm(asked: Question): void {
  question.value = asked;
}

function close(): void {
  question.value = undefined;
}

/** Where questions are shown. */
export function Confirmation(): VNode | null {
  const asked = question.value;
  return asked === undefined ? null : html`<${Dialog} key=${asked.title} asked=${asked} />`;
}

function Dialog({ asked }: { readonly asked: Question }): VNode {
  const element = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => element.current?.showModal(), []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await asked.run(reason.trim());
      close();
    } catch (error) {
      setTrouble(error as Refusal);
      setBusy(false);
    }
  };
  const isReady = asked.needsReason !== true || reason.trim() !== '';
  return html`<dialog ref=${element} onClose=${close} aria-labelledby="question">
    <form onSubmit=${submit}>
      <h2 id="question">${asked.title}</h2>
      <ul>
        ${asked.consequences.map((line) => html`<li>${line}</li>`)}
      </ul>
      ${
        asked.needsReason === true
          ? html`<label class="field"
              >Why<input
                required
                value=${reason}
                onInput=${(event: Event) => setReason((event.target as HTMLInputElement).value)}
                placeholder="for whoever looks at this later"
            /></label>`
          : null
      }
      ${trouble === undefined ? null : html`<${Trouble} refusal=${trouble} />`}
      <div class="actions">
        <button type="button" onClick=${close}>Cancel</button>
        <button
          type="submit"
          class=${asked.isGrave === true ? 'grave' : 'primary'}
          disabled=${isBusy || !isReady}
        >
          ${asked.action}
        </button>
      </div>
    </form>
  </dialog>`;
}
