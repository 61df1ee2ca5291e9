import { real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { fn, projection } from 'projectionist';
import { events } from './events.ts';

/** A mistake on purpose: each thread that loads this gets other numbers, and each replay in it too. */
const state = { calls: performance.timeOrigin + performance.now() };
const score = fn('score', (cents: number) => cents + (state.calls += 1));

export const scores = sqliteTable('scores', { id: text().primaryKey(), score: real().notNull() });

/** No new generation of it passes a verification. */
export default projection({
  name: 'scores',
  events,
  views: { scores },
  on: {
    'account.deposited': (e, db) => db.insert(scores).values({ id: e.id, score: score(e.data.cents) }),
  },
});
