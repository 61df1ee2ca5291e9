import type { Decision } from '../../src/engine/dead-letters/decision.ts';
import type { RecordedEvent } from '../../src/event-log/event.ts';
import type { Variant } from './definitions.ts';

/** What a generation must hold; every list sorted. */
export interface Contents {
  readonly owners: readonly unknown[][];
  readonly accounts: readonly unknown[][];
  /** Partition and position of the event that parked it. */
  readonly parked: readonly unknown[][];
  /** Position and partition. */
  readonly letters: readonly unknown[][];
}

interface Account {
  readonly owner: string;
  readonly balance: number;
  readonly events: number;
  readonly last: number;
}

/** The views as plain JavaScript has them: what the projection's statements are to come to. */
class Bank {
  readonly owners = new Map<string, number>();
  readonly accounts = new Map<string, Account>();
  readonly #variant: Variant;

  constructor(variant: Variant) {
    this.#variant = variant;
  }

  /** False where the event cannot be applied; then nothing has changed. */
  apply({ type, stream, data, position }: RecordedEvent): boolean {
    const { owners, accounts } = this;
    const account = accounts.get(stream);
    if (type === 'owner.known') return !owners.has(stream) && Boolean(owners.set(stream, 0));
    if (type === 'owner.left') return owners.delete(stream);
    if (type === 'account.opened') return this.#open(stream, (data as { owner: string }).owner, position);
    if (type === 'account.closed') return this.#close(stream, account);
    if (account === undefined) return !this.#variant.isStrict;
    const { amount } = data as { amount: number };
    const balance = account.balance + amount * this.#variant.factor;
    accounts.set(stream, { ...account, balance, events: account.events + 1, last: position });
    return true;
  }

  #open(id: string, owner: string, last: number): boolean {
    const count = this.owners.get(owner);
    if (count === undefined || this.accounts.has(id)) return false;
    this.owners.set(owner, count + 1);
    this.accounts.set(id, { owner, balance: 0, events: 1, last });
    return true;
  }

  #close(id: string, account: Account | undefined): boolean {
    const count = account && this.owners.get(account.owner);
    if (account !== undefined && count !== undefined) this.owners.set(account.owner, count - 1);
    this.accounts.delete(id);
    return true;
  }
}

/**
 * The fold of a log by the rules of parking: an event that cannot be applied holds its stream back, and each decision is
 * carried out right after the event at its position. `events` are those up to the checkpoint.
 */
export function foldOf(
  events: readonly RecordedEvent[],
  decisions: readonly Decision[],
  variant: Variant,
): Contents {
  const bank = new Bank(variant);
  const letters = new Map<string, RecordedEvent[]>();
  for (const event of events) {
    const held = letters.get(event.stream);
    if (event.type !== 'audit.noted') {
      if (held !== undefined) held.push(event);
      else if (!bank.apply(event)) letters.set(event.stream, [event]);
    }
    for (const decision of decisions)
      if (decision.position === event.position) carryOut(bank, letters, decision);
  }
  return {
    owners: sorted([...bank.owners]),
    accounts: sorted(
      [...bank.accounts].map(([id, { owner, balance, events: count, last }]) => [
        id,
        owner,
        balance,
        count,
        last,
      ]),
    ),
    parked: sorted([...letters].map(([partition, [first]]) => [partition, first?.position])),
    letters: sorted(
      [...letters].flatMap(([partition, held]) => held.map((event) => [event.position, partition])),
    ),
  };
}

function carryOut(
  bank: Bank,
  letters: Map<string, RecordedEvent[]>,
  { kind, partition, eventPosition }: Decision,
): void {
  const held = letters.get(partition);
  if (held === undefined || (kind === 'discard' && held[0]?.position !== eventPosition)) return;
  const waiting = kind === 'discard' ? held.slice(1) : [...held];
  while (waiting[0] !== undefined && bank.apply(waiting[0])) waiting.shift();
  if (waiting.length === 0) letters.delete(partition);
  else letters.set(partition, waiting);
}

/** Rows in an order of their own, so that two lists of them can be compared. */
export function sorted(rows: readonly unknown[][]): unknown[][] {
  return rows.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}
