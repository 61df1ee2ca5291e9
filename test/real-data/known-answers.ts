import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Real events with known answers. They are not part of the project: see the README beside them. */
const folder = new URL('../../../shared/data/', import.meta.url);

export const retailFile = fileURLToPath(new URL('online-retail.events.ndjson.gz', folder));
export const finesFile = fileURLToPath(new URL('traffic-fines.events.ndjson.gz', folder));
const answersFile = fileURLToPath(new URL('answers.json', folder));

export const isPresent = [retailFile, finesFile, answersFile].every((file) => existsSync(file));

/** Where the tests are the judge, the files must be there; elsewhere their absence is no fault. */
export const isRequired = process.env['CI'] === 'true';

type Counts = Readonly<Record<string, number>>;
type Ranking = readonly (readonly [name: string, value: number])[];

export interface RetailAnswers {
  readonly rows: number;
  readonly distinct_invoices: number;
  readonly distinct_stockcodes: number;
  readonly distinct_stockcodes_casefold: number;
  readonly distinct_customers_nonblank: number;
  readonly rows_without_customer: number;
  readonly distinct_countries: number;
  readonly cancellation_rows: number;
  readonly cancellation_invoices: number;
  readonly adjustment_rows_A: number;
  readonly exact_duplicate_rows: number;
  readonly sum_quantity: number;
  readonly net_revenue_milli_gbp: number;
  readonly revenue_cancelled_milli_gbp: number;
  readonly top5_countries_by_net_revenue_milli: Ranking;
  readonly top5_customers_by_net_revenue_milli: Ranking;
  readonly bottom3_customers_by_net_revenue_milli: readonly (readonly [value: number, name: string])[];
  readonly top5_stockcodes_by_net_quantity: Ranking;
  readonly net_revenue_by_month_milli: Counts;
  readonly busiest_invoice_rows: Ranking;
  readonly stockcodes_whose_running_sold_qty_ever_negative: number;
  readonly stockcodes_ending_negative: number;
  readonly customers_with_more_than_one_country: Readonly<Record<string, readonly string[]>>;
}

export interface FinesAnswers {
  readonly events: number;
  readonly cases: number;
  readonly events_by_activity: Counts;
  readonly variants: number;
  readonly top5_variants: Ranking;
  readonly cases_by_event_count: Counts;
  readonly cases_by_last_activity: Counts;
  readonly events_by_year: Counts;
  readonly cases_never_paid: number;
  readonly cases_paid_and_in_credit_collection: number;
  readonly cases_with_3_or_more_payments: number;
  readonly sum_over_cases_of_final_totalpaymentamount_cents: number;
  readonly top3_cases_by_final_total_cents: readonly (readonly [value: number, name: string])[];
}

/** The answers, computed from the raw files by other means than ours. */
export function retailAnswers(): RetailAnswers {
  return answersAbout('online-retail') as RetailAnswers;
}

export function finesAnswers(): FinesAnswers {
  return answersAbout('traffic-fines') as FinesAnswers;
}

function answersAbout(file: string): unknown {
  return (JSON.parse(readFileSync(answersFile, 'utf8')) as Record<string, unknown>)[file];
}

/** What the source calls an activity, as the type of our event. */
const TYPE_OF_ACTIVITY: Readonly<Record<string, string>> = {
  'Create Fine': 'fine.created',
  'Send Fine': 'fine.sent',
  'Insert Fine Notification': 'fine.notified',
  'Add penalty': 'penalty.added',
  Payment: 'payment.received',
  'Send for Credit Collection': 'collection.started',
  'Insert Date Appeal to Prefecture': 'prefecture-appeal.dated',
  'Send Appeal to Prefecture': 'prefecture-appeal.sent',
  'Receive Result Appeal from Prefecture': 'prefecture-appeal.decided',
  'Notify Result Appeal to Offender': 'prefecture-appeal.notified',
  'Appeal to Judge': 'judge-appeal.filed',
};

/** One activity, or several with ' > ' between them. */
export function typesOf(activities: string): string {
  return activities
    .split(' > ')
    .map((activity) => TYPE_OF_ACTIVITY[activity] ?? `unknown: ${activity}`)
    .join(' > ');
}
