import { writeFileSync } from 'node:fs';

const START = Date.UTC(2025, 0, 1);
const MINUTE = 60_000;
const ACCOUNTS = 30;
/** The account whose first deposit cannot be applied. */
export const BROKEN = 'account-7';
/** Its later events, which wait behind that one. */
export const BEHIND = 40;

/** Writes events that park one stream of a projection, stop another projection, and are counted differently each time. */
export function writeTrouble(path: string): void {
  const deposits = [
    ...Array.from({ length: ACCOUNTS }, (_, at) => ({
      stream: `account-${at}`,
      cents: `account-${at}` === BROKEN ? 0 : 1000 + at,
    })),
    ...Array.from({ length: BEHIND }, (_, at) => ({ stream: BROKEN, cents: 100 + at })),
    ...Array.from({ length: ACCOUNTS }, (_, at) => ({ stream: `account-${100 + at}`, cents: 500 + at })),
  ];
  const lines = deposits.map(({ stream, cents }, at) =>
    JSON.stringify({
      id: `deposit-${at + 1}`,
      stream,
      type: 'account.deposited',
      time: new Date(START + at * MINUTE).toISOString(),
      data: { cents },
    }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
}
