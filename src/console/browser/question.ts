import { signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Refusal } from './api.ts';
import { html } from './html.ts';
import { Trouble } from './parts.ts';

interface Question {
  readonly title: string;
  /** What will happen. */
  readonly consequences: readonly string[];
  readonly action: string;
  readonly needsReason?: boolean;
  readonly isGrave?: boolean;
  /** What can be asked for with it. */
  readonly extra?: string;
  readonly run: (reason: string, isExtra: boolean) => Promise<void>;
}

const question = signal<Question | undefined>(undefined);

/** Says what will happen before it happens. */
export function confirm(asked: Question): void {
  question.value = asked;
}

/** Called when the dialog has closed itself: so the focus is back where it was. */
function forget(): void {
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
  const [isExtra, setExtra] = useState(false);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => element.current?.showModal(), []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await asked.run(reason.trim(), isExtra);
      element.current?.close();
    } catch (error) {
      setTrouble(error as Refusal);
      setBusy(false);
    }
  };
  const isReady = asked.needsReason !== true || reason.trim() !== '';
  return html`<dialog ref=${element} onClose=${forget} aria-labelledby="question">
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
      ${
        asked.extra === undefined
          ? null
          : html`<label class="check"
              ><input
                type="checkbox"
                checked=${isExtra}
                onChange=${(event: Event) => setExtra((event.target as HTMLInputElement).checked)}
              />${asked.extra}</label
            >`
      }
      ${trouble === undefined ? null : html`<${Trouble} refusal=${trouble} />`}
      <div class="actions">
        <button type="button" onClick=${() => element.current?.close()}>Cancel</button>
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
