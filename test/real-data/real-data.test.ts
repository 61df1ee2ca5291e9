import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { createProjectionist, type NewEvent, type Projectionist } from 'projectionist';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type SqliteDatabase } from '../../src/database/open.ts';
import { connectFeed, openGeneration } from '../../src/engine/generations/generation-file.ts';
import { codeOf } from '../../src/engine/apply/program-code.ts';
import { Projector } from '../../src/engine/apply/projector.ts';
import { openLines } from '../../src/event-log/import.ts';
import { loadDefinitions } from '../../src/projection/load.ts';
import {
  finesAnswers,
  finesFile,
  isPresent,
  isRequired,
  retailAnswers,
  retailFile,
  typesOf,
} from './known-answers.ts';
import { fineEventTypes, fineEventYears, fines } from './projections/fines.ts';
import {
  countries,
  customerCountries,
  customers,
  distinctLines,
  invoices,
  invoiceTypes,
  months,
  skus,
} from './projections/retail.ts';

const projections = fileURLToPath(new URL('projections', import.meta.url));
const MINUTES = 60_000;

test.runIf(isRequired)('the real data is there (../shared/data), as CI=true requires', () => {
  expect(isPresent).toBe(true);
});

describe.runIf(isPresent)('real events (from ../shared/data; skipped where there is none)', () => {
  let folder: string;
  let p: Projectionist;

  /** The shop's last 1,000 invoices are appended one by one, to projections that are live; all else is imported. */
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'projectionist-real-'));
    p = await createProjectionist({ data: folder, projections });
    await p.importLines(openLines(finesFile));
    const lines = gunzipSync(readFileSync(retailFile)).toString().trimEnd().split('\n');
    await p.importLines(Readable.from(lines.slice(0, -1000).map((line) => `${line}\n`)));
    p.start();
    await p.ready();
    for (const line of lines.slice(-1000)) {
      const { position } = await p.log.appendAll([JSON.parse(line) as NewEvent]);
      await p.waitFor('retail', position);
    }
    await p.ready();
  }, 10 * MINUTES);

  afterAll(async () => {
    await p.close();
    rmSync(folder, { recursive: true });
  });

  describe('a UK web shop', () => {
    const known = retailAnswers;

    test('invoices, by type', () => {
      const { distinct_invoices: all, cancellation_invoices: cancelled, ...answers } = known();
      const types = p.view(invoiceTypes).all();
      expect(Object.fromEntries(types.map(({ type, invoices: count }) => [type, count]))).toEqual({
        'order.placed': all - cancelled - answers.adjustment_rows_A,
        'order.cancelled': cancelled,
        'debt.adjusted': answers.adjustment_rows_A,
      });
      expect(sum(types, 'lines')).toBe(answers.rows);
      expect(types.find(({ type }) => type === 'order.cancelled')).toMatchObject({
        lines: answers.cancellation_rows,
        revenueMilli: answers.revenue_cancelled_milli_gbp,
      });
    });

    test('money and quantities, to the last thousandth', () => {
      for (const view of [invoiceTypes, months, countries, skus]) {
        const rows = p.view(view).all();
        expect(sum(rows, 'revenueMilli')).toBe(known().net_revenue_milli_gbp);
        expect(sum(rows, 'quantity')).toBe(known().sum_quantity);
      }
    });

    test('net revenue by month', () => {
      const rows = p.view(months).all();
      expect(Object.fromEntries(rows.map(({ month, revenueMilli }) => [month, revenueMilli]))).toEqual(
        known().net_revenue_by_month_milli,
      );
    });

    test('customers: how many, the best and the worst', () => {
      const rows = p.view(customers).all();
      expect(rows).toHaveLength(known().distinct_customers_nonblank);
      expect(known().rows - sum(rows, 'lines')).toBe(known().rows_without_customer);
      const ranked = ranking(rows, 'id', 'revenueMilli');
      expect(ranked.slice(0, 5)).toEqual(known().top5_customers_by_net_revenue_milli);
      expect(ranked.slice(-3).toReversed()).toEqual(
        known().bottom3_customers_by_net_revenue_milli.map(([value, name]) => [name, value]),
      );
    });

    test('countries: how many, and the best', () => {
      const rows = p.view(countries).all();
      expect(rows).toHaveLength(known().distinct_countries);
      expect(ranking(rows, 'country', 'revenueMilli').slice(0, 5)).toEqual(
        known().top5_countries_by_net_revenue_milli,
      );
    });

    test('customers who were seen in more than one country', () => {
      const seen = Map.groupBy(
        p.view(customerCountries).orderBy(customerCountries.country).all(),
        ({ customerId }) => customerId,
      );
      const several = [...seen].filter(([, rows]) => rows.length > 1);
      expect(
        Object.fromEntries(several.map(([id, rows]) => [id, rows.map(({ country }) => country)])),
      ).toEqual(known().customers_with_more_than_one_country);
    });

    test('products: how many, the best, and those that were ever below zero', () => {
      const rows = p.view(skus).all();
      expect(rows).toHaveLength(known().distinct_stockcodes);
      expect(new Set(rows.map(({ sku }) => sku.toLowerCase())).size).toBe(
        known().distinct_stockcodes_casefold,
      );
      expect(ranking(rows, 'sku', 'quantity').slice(0, 5)).toEqual(known().top5_stockcodes_by_net_quantity);
      expect(rows.filter(({ wasBelowZero }) => wasBelowZero)).toHaveLength(
        known().stockcodes_whose_running_sold_qty_ever_negative,
      );
      expect(rows.filter(({ quantity }) => quantity < 0)).toHaveLength(known().stockcodes_ending_negative);
    });

    test('the longest invoices, and lines that an invoice repeats to the letter', () => {
      expect(ranking(p.view(invoices).all(), 'id', 'lines').slice(0, 3)).toEqual(
        known().busiest_invoice_rows,
      );
      // One pair of the raw rows differs in its time alone, which an invoice has but once.
      const repeated = known().exact_duplicate_rows + 1;
      expect(known().rows - p.view(distinctLines).all().length).toBe(repeated);
    });
  });

  describe('Italian traffic fines', () => {
    const known = finesAnswers;

    test('events by type and by year', () => {
      const types = p.view(fineEventTypes).all();
      const expected = Object.entries(known().events_by_activity).map(([name, count]) => [
        typesOf(name),
        count,
      ]);
      expect(Object.fromEntries(types.map(({ type, events }) => [type, events]))).toEqual(
        Object.fromEntries(expected),
      );
      expect(sum(types, 'events')).toBe(known().events);
      const years = p.view(fineEventYears).all();
      expect(Object.fromEntries(years.map(({ year, events }) => [year, events]))).toEqual(
        known().events_by_year,
      );
    });

    test('how their stories end, how long they are, and which are told most', () => {
      const rows = p.view(fines).all();
      expect(rows).toHaveLength(known().cases);
      const endings = Object.entries(known().cases_by_last_activity).map(([name, count]) => [
        typesOf(name),
        count,
      ]);
      expect(counted(rows, ({ lastType }) => lastType)).toEqual(Object.fromEntries(endings));
      expect(counted(rows, ({ events }) => String(events))).toEqual(known().cases_by_event_count);
      const stories = Object.entries(counted(rows, ({ story }) => story)).toSorted(([, a], [, b]) => b - a);
      expect(stories).toHaveLength(known().variants);
      expect(stories.slice(0, 5)).toEqual(
        known().top5_variants.map(([name, count]) => [typesOf(name), count]),
      );
    });

    test('what was paid, to the last cent', () => {
      const rows = p.view(fines).all();
      const paid = rows.filter(({ payments }) => payments > 0);
      expect(rows.length - paid.length).toBe(known().cases_never_paid);
      expect(sum(paid, 'totalPaidCents')).toBe(known().sum_over_cases_of_final_totalpaymentamount_cents);
      expect(ranking(paid, 'id', 'totalPaidCents').slice(0, 3)).toEqual(
        known().top3_cases_by_final_total_cents.map(([value, name]) => [name, value]),
      );
      expect(paid.filter(({ isInCollection }) => isInCollection)).toHaveLength(
        known().cases_paid_and_in_credit_collection,
      );
      expect(rows.filter(({ payments }) => payments >= 3)).toHaveLength(
        known().cases_with_3_or_more_payments,
      );
    });
  });

  describe('the same log gives the same rows', () => {
    test.each(['retail', 'fines'])(
      'when %s is rebuilt: byte by byte',
      async (name) => {
        const before = digestOf(generation(name, 1));
        expect(await p.rebuild(name)).toBe(2);
        expect(digestOf(generation(name, 2))).toBe(before);
      },
      10 * MINUTES,
    );

    test(
      'when fines is applied in batches of 1,009',
      async () => {
        const path = join(folder, 'by-hand.db');
        const { projections: loaded } = await loadDefinitions(projections);
        const { compiled } = loaded.find(({ compiled: { program } }) => program.projection === 'fines')!;
        const db = openGeneration(path, compiled.program, p.log.id, 'bulk');
        connectFeed(db, compiled.program, p.log.path);
        const projector = new Projector(db, compiled.program, codeOf(compiled));
        const head = p.log.head();
        while (projector.position < head) projector.apply(Math.min(head, projector.position + 1009));
        db.close();
        const live = p.status().find(({ name }) => name === 'fines')?.generation as number;
        expect(digestOf(path)).toBe(digestOf(generation('fines', live)));
      },
      10 * MINUTES,
    );
  });

  function generation(name: string, number: number): string {
    return join(folder, 'views', `${name}-${number}.db`);
  }
});

/** A digest of every row of every view of a generation, in the order of its keys. */
function digestOf(path: string): string {
  const db = openDatabase(path, { purpose: 'read' });
  try {
    const hash = createHash('sha256');
    for (const table of viewsIn(db)) {
      const rows = db.prepare(`SELECT * FROM "${table}" NOT INDEXED`).raw().iterate();
      for (const row of rows) hash.update(JSON.stringify([table, row]));
    }
    return hash.digest('hex');
  } finally {
    db.close();
  }
}

function viewsIn(db: SqliteDatabase): string[] {
  const tables =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'projectionist%' AND name NOT LIKE 'sqlite%'";
  return db.prepare(`${tables} ORDER BY name`).pluck().all() as string[];
}

function sum<Key extends string>(rows: readonly Readonly<Record<Key, number | null>>[], key: Key): number {
  return rows.reduce((total, row) => total + (row[key] ?? 0), 0);
}

/** Names and values, the greatest first. */
function ranking<Name extends string, Value extends string>(
  rows: readonly (Readonly<Record<Name, string>> & Readonly<Record<Value, number | null>>)[],
  name: Name,
  value: Value,
): [string, number][] {
  const pairs = rows.map((row): [string, number] => [row[name], row[value] ?? 0]);
  return pairs.toSorted(([, a], [, b]) => b - a);
}

function counted<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Record<string, number> {
  const groups = Map.groupBy(rows, keyOf);
  return Object.fromEntries([...groups].map(([key, group]) => [key, group.length]));
}
