import type { NewEvent } from '../../src/event-log/event.ts';

const OWNERS = ['ada', 'grace', 'linus'] as const;
const ACCOUNTS = ['a', 'b', 'c', 'd'] as const;

/** The streams of the bank: what can be parked. */
export const STREAMS: readonly string[] = [...OWNERS, ...ACCOUNTS];

/** A few events, most of which fit what came before, and some of which do not. */
export function anyEvents(random: () => number, nextId: () => string): (NewEvent & { id: string })[] {
  return Array.from({ length: 1 + Math.floor(random() * 6) }, () => ({ ...anyEvent(random), id: nextId() }));
}

function anyEvent(random: () => number): NewEvent {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const draw = random();
  if (draw < 0.12) return { stream: pick(OWNERS), type: 'owner.known', data: {} };
  if (draw < 0.15) return { stream: pick(OWNERS), type: 'owner.left', data: {} };
  if (draw < 0.2) return { stream: 'audit', type: 'audit.noted', data: {} };
  if (draw < 0.4) return { stream: pick(ACCOUNTS), type: 'account.opened', data: { owner: pick(OWNERS) } };
  if (draw < 0.5) return { stream: pick(ACCOUNTS), type: 'account.closed', data: {} };
  const amount = Math.floor(random() * 100);
  return { stream: pick(ACCOUNTS), type: 'account.deposited', data: { amount } };
}
