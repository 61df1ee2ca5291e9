import { ask } from '../api.ts';
import { counted, duration } from '../format.ts';
import { confirm } from '../question.ts';
import { has } from '../session.ts';
import type { Status } from '../status.ts';
import { look } from '../statuses.ts';
import { lookAtVerification } from './verifications.ts';

export interface Operation {
  readonly name: string;
  readonly label: string;
  readonly isPossible: (status: Status) => boolean;
  /** What will happen, said before it does. */
  readonly consequences: (status: Status) => readonly string[];
  readonly isGrave?: boolean;
  /** True for what ends that a projection stands still. */
  readonly isRemedy?: boolean;
  /** Something that can be asked for with it: what it is called, and what is sent. */
  readonly extra?: { readonly label: string; readonly body: object };
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'pause',
    label: 'Pause',
    isPossible: ({ state }) => state !== 'paused' && state !== 'stopped',
    consequences: ({ name, views }) => [
      `${name} stops applying events. New events are appended as ever; the projection falls behind.`,
      `${listOf(views)} ${views.length === 1 ? 'goes' : 'go'} on answering, with the rows of now.`,
      'It stays paused over a restart, until it is resumed.',
    ],
  },
  {
    name: 'resume',
    label: 'Resume',
    isPossible: ({ state }) => state === 'paused',
    consequences: ({ name, lag }) => [
      `${name} goes on and applies ${counted(lag, 'event')} that it has missed.`,
    ],
    isRemedy: true,
  },
  {
    name: 'resume',
    label: 'Try again',
    isPossible: ({ state }) => state === 'stopped',
    consequences: ({ name, lag }) => [
      `${name} tries again where it stopped: ${counted(lag, 'event')}, in their order.`,
      'Where one cannot be applied, it stops in front of it. No row is lost.',
    ],
    isRemedy: true,
  },
  {
    name: 'rebuild',
    label: 'Rebuild',
    isPossible: ({ build, state }) => build === null && state !== 'paused',
    consequences: ({ head, generation }) => [
      `A new generation is built beside the live one, from all ${counted(head, 'event')}.`,
      generation === null
        ? 'It answers queries when it is done.'
        : `Generation ${generation} answers queries until the new one has caught up; then they are swapped at once.`,
      'The old generation is kept, to roll back to.',
    ],
    extra: {
      label: 'Verify it first: it becomes live only if a second replay is the same',
      body: { verify: true },
    },
  },
  {
    name: 'verify',
    label: 'Verify',
    isPossible: ({ generation }) => generation !== null,
    consequences: ({ name, position }) => [
      `${counted(position, 'event')} are replayed into a copy, and every table of ${name} is compared with it.`,
      'Nothing is changed. Where a row differs, it is named, with the event after which it does.',
    ],
  },
  {
    name: 'rollback',
    label: 'Roll back',
    isPossible: ({ generation, state }) => generation !== null && generation > 1 && state !== 'paused',
    consequences: ({ name, generation }) => [
      `The generation before ${generation} answers the queries of ${name} again, at once.`,
      'It catches up with the log, if its code is still there.',
      'The current generation is kept.',
    ],
    isGrave: true,
  },
];

/** What can be done to a projection now, by this server. */
export function operationsFor(status: Status): readonly Operation[] {
  return OPERATIONS.filter(
    ({ name, isPossible }) => has(`/projections/{name}/${name}`) && isPossible(status),
  );
}

export function begin(operation: Operation, status: Status): void {
  const { name, label, consequences, isGrave, extra } = operation;
  confirm({
    title: `${label} ${status.name}?`,
    consequences: consequences(status),
    action: label,
    isGrave: isGrave === true,
    ...(extra && { extra: extra.label }),
    run: async (_, isExtra) => {
      const body = isExtra && extra ? extra.body : {};
      await ask(`/projections/${encodeURIComponent(status.name)}/${name}`, { method: 'POST', body });
      if (name === 'verify' || name === 'rebuild') await lookAtVerification(status.name);
      await look();
    },
  });
}

export function lagWords({ lag, lagSeconds }: Status): string {
  return lag === 0 ? 'none' : `${counted(lag, 'event')}, ${duration(lagSeconds)}`;
}

function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
