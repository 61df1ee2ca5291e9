// A UK web shop, 2010 to 2011: one event an invoice, with up to 1,114 lines. Prices have up to three decimals, so money
// is counted in thousandths of a pound, as whole numbers.
import { isNotNull, type SQL, sql } from 'drizzle-orm';
import { integer, primaryKey, type SQLiteColumn, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { defineEvents, excluded, forEach, projection, when } from 'projectionist';
import { z } from 'zod';

const invoice = z.strictObject({
  invoice: z.string().regex(/^[AC]?\d{6}$/),
  customerId: z
    .string()
    .regex(/^\d{5}$/)
    .nullable(),
  country: z.string().min(1),
  lines: z
    .array(
      z.strictObject({
        sku: z.string().min(1),
        description: z.string().min(1).nullable(),
        quantity: z.int(),
        unitPrice: z.number(),
      }),
    )
    .min(1),
});

const events = defineEvents({
  'order.placed': { schema: invoice },
  'order.cancelled': { schema: invoice },
  'debt.adjusted': { schema: invoice },
});

/** What every group of lines adds up to. */
const totals = {
  lines: integer().notNull(),
  quantity: integer().notNull(),
  revenueMilli: integer('revenue_milli').notNull(),
};

export const invoiceTypes = sqliteTable('invoice_types', {
  type: text().primaryKey(),
  invoices: integer().notNull(),
  ...totals,
});

export const invoices = sqliteTable('invoices', {
  id: text().primaryKey(),
  customerId: text('customer_id'),
  lines: integer().notNull(),
});

export const months = sqliteTable('months', { month: text().primaryKey(), ...totals });

export const countries = sqliteTable('countries', { country: text().primaryKey(), ...totals });

export const customers = sqliteTable('customers', { id: text().primaryKey(), ...totals });

export const customerCountries = sqliteTable(
  'customer_countries',
  { customerId: text('customer_id').notNull(), country: text().notNull() },
  (table) => [primaryKey({ columns: [table.customerId, table.country] })],
);

export const skus = sqliteTable('skus', {
  sku: text().primaryKey(),
  ...totals,
  wasBelowZero: integer('was_below_zero', { mode: 'boolean' }).notNull(),
});

/** Lines that an invoice has more than once, to the letter, count once here. */
export const distinctLines = sqliteTable(
  'distinct_lines',
  {
    invoice: text().notNull(),
    sku: text().notNull(),
    description: text().notNull(),
    quantity: integer().notNull(),
    priceMilli: integer('price_milli').notNull(),
    times: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.invoice, table.sku, table.description, table.quantity, table.priceMilli] }),
  ],
);

function milli(price: SQL): SQL<number> {
  return sql<number>`cast(round(${price} * 1000) as integer)`;
}

/** The totals of an invoice's lines, computed where the lines themselves matter no further. */
function totalsOf(lines: SQL) {
  return {
    lines: sql`json_array_length(${lines})`,
    quantity: sql`(select sum(value ->> 'quantity') from json_each(${lines}))`,
    revenueMilli: sql`(select sum((value ->> 'quantity') * ${milli(sql`(value ->> 'unitPrice')`)}) from json_each(${lines}))`,
  };
}

function addTo(table: Readonly<Record<keyof typeof totals, SQLiteColumn>>) {
  return {
    lines: sql`${table.lines} + ${excluded(table.lines)}`,
    quantity: sql`${table.quantity} + ${excluded(table.quantity)}`,
    revenueMilli: sql`${table.revenueMilli} + ${excluded(table.revenueMilli)}`,
  };
}

export default projection({
  name: 'retail',
  events,
  views: { invoiceTypes, invoices, months, countries, customers, customerCountries, skus, distinctLines },
  on: {
    'order.placed, order.cancelled, debt.adjusted': (e, db) => {
      const sums = totalsOf(e.data.lines);
      return [
        db
          .insert(invoiceTypes)
          .values({ type: e.type, invoices: 1, ...sums })
          .onConflictDoUpdate({
            target: invoiceTypes.type,
            set: { invoices: sql`${invoiceTypes.invoices} + 1`, ...addTo(invoiceTypes) },
          }),
        db.insert(invoices).values({ id: e.data.invoice, customerId: e.data.customerId, lines: sums.lines }),
        db
          .insert(months)
          .values({ month: sql`substr(${e.time}, 1, 7)`, ...sums })
          .onConflictDoUpdate({ target: months.month, set: addTo(months) }),
        db
          .insert(countries)
          .values({ country: e.data.country, ...sums })
          .onConflictDoUpdate({ target: countries.country, set: addTo(countries) }),
        when(isNotNull(e.data.customerId), [
          db
            .insert(customers)
            .values({ id: e.data.customerId, ...sums })
            .onConflictDoUpdate({ target: customers.id, set: addTo(customers) }),
          db
            .insert(customerCountries)
            .values({ customerId: e.data.customerId, country: e.data.country })
            .onConflictDoNothing(),
        ]),
        // Line by line, in order: whether a running sum was ever below zero depends on it.
        forEach(e.data.lines, (line) => [
          db
            .insert(skus)
            .values({
              sku: line.sku,
              lines: 1,
              quantity: line.quantity,
              revenueMilli: sql`${line.quantity} * ${milli(line.unitPrice)}`,
              wasBelowZero: sql`${line.quantity} < 0`,
            })
            .onConflictDoUpdate({
              target: skus.sku,
              set: {
                ...addTo(skus),
                wasBelowZero: sql`${skus.wasBelowZero} or ${skus.quantity} + ${excluded(skus.quantity)} < 0`,
              },
            }),
          db
            .insert(distinctLines)
            .values({
              invoice: e.data.invoice,
              sku: line.sku,
              description: sql`coalesce(${line.description}, '')`,
              quantity: line.quantity,
              priceMilli: milli(line.unitPrice),
              times: 1,
            })
            .onConflictDoUpdate({
              target: [
                distinctLines.invoice,
                distinctLines.sku,
                distinctLines.description,
                distinctLines.quantity,
                distinctLines.priceMilli,
              ],
              set: { times: sql`${distinctLines.times} + 1` },
            }),
        ]),
      ];
    },
  },
});
