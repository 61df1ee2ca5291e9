import { eq, sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, must, projection } from 'projectionist';
import { z } from 'zod';
import { compileDefinitions, type LoadedProjection } from '../../src/projection/load.ts';

/** A bank whose accounts need their owner to be known: what is parked may become fit by what another stream brings. */
export const events = defineEvents({
  'owner.known': { schema: z.object({}) },
  'owner.left': { schema: z.object({}) },
  'account.opened': { schema: z.object({ owner: z.string() }) },
  'account.deposited': { schema: z.object({ amount: z.int() }) },
  'account.closed': { schema: z.object({}) },
  'audit.noted': { schema: z.object({}) },
});

const owners = sqliteTable('owners', { owner: text().primaryKey(), accounts: integer().notNull() });
const accounts = sqliteTable(
  'accounts',
  {
    id: text().primaryKey(),
    owner: text().notNull(),
    balance: integer().notNull(),
    events: integer().notNull(),
    lastPosition: integer('last_position').notNull(),
  },
  (table) => [index('accounts_by_owner').on(table.owner)],
);

/** What makes one definition another: the worth of a deposit, and whether one into no account is an error. */
export interface Variant {
  readonly factor: number;
  readonly isStrict: boolean;
}

function bank(name: string, { factor, isStrict }: Variant) {
  return projection({
    name,
    events,
    views: { owners, accounts },
    on: {
      'owner.known': (e, db) => db.insert(owners).values({ owner: e.stream, accounts: 0 }),
      'owner.left': (e, db) => must(db.delete(owners).where(eq(owners.owner, e.stream))),
      'account.opened': (e, db) => [
        must(
          db
            .update(owners)
            .set({ accounts: sql`${owners.accounts} + 1` })
            .where(eq(owners.owner, e.data.owner)),
        ),
        db
          .insert(accounts)
          .values({ id: e.stream, owner: e.data.owner, balance: 0, events: 1, lastPosition: e.position }),
      ],
      'account.deposited': (e, db) => {
        const deposit = db
          .update(accounts)
          .set({
            balance: sql`${accounts.balance} + ${e.data.amount} * ${factor}`,
            events: sql`${accounts.events} + 1`,
            lastPosition: e.position,
          })
          .where(eq(accounts.id, e.stream));
        return isStrict ? must(deposit) : deposit;
      },
      'account.closed': (e, db) => [
        db
          .update(owners)
          .set({ accounts: sql`${owners.accounts} - 1` })
          .where(
            sql`${owners.owner} = (select ${accounts.owner} from ${accounts} where ${accounts.id} = ${e.stream})`,
          ),
        db.delete(accounts).where(eq(accounts.id, e.stream)),
      ],
    },
  });
}

const VARIANTS: readonly Variant[] = [
  { factor: 1, isStrict: true },
  { factor: 2, isStrict: true },
  { factor: 1, isStrict: false },
];

/** The projections of one engine, each with a bank of its own. */
export const PROJECTIONS = ['bank', 'branch'] as const;

export type ProjectionName = (typeof PROJECTIONS)[number];

interface CompiledVariant {
  readonly variant: Variant;
  readonly loaded: LoadedProjection;
}

function variantsOf(name: ProjectionName): CompiledVariant[] {
  return VARIANTS.map((variant) => ({
    variant,
    loaded: compileDefinitions([bank(name, variant)]).projections[0] as LoadedProjection,
  }));
}

/** The definitions that each projection may have, compiled. */
export const DEFINITIONS: Readonly<Record<ProjectionName, readonly CompiledVariant[]>> = {
  bank: variantsOf('bank'),
  branch: variantsOf('branch'),
};

export function variantOf(hash: string): Variant {
  const found = Object.values(DEFINITIONS)
    .flat()
    .find(({ loaded }) => loaded.compiled.program.hash === hash);
  if (found === undefined) throw new Error('A generation is of no definition that was ever used');
  return found.variant;
}
