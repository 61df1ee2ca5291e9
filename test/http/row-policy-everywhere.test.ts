import { and, eq, ne, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvents } from '../../src/event-log/catalogue.ts';
import { projection, query } from '../../src/projection/define.ts';
import type { Projectionist } from '../../src/projectionist.ts';
import { Live } from '../live/support.ts';
import { running } from './support.ts';

const SECRET = 'a shared secret of at least 32 characters';

const events = defineEvents({
  'team.made': { schema: z.strictObject({ owner: z.string() }) },
  'note.taken': {
    schema: z.strictObject({ team: z.string(), owner: z.string(), body: z.string(), size: z.int() }),
  },
});

const teams = sqliteTable('teams', { id: text().primaryKey(), owner: text().notNull() });
const notes = sqliteTable('notes', {
  id: text().primaryKey(),
  team: text()
    .notNull()
    .references(() => teams.id),
  owner: text().notNull(),
  body: text().notNull(),
  size: integer().notNull(),
});

/** Teams are everybody's; with the policy a note is its owner's alone, and a secret one is nobody's. */
const definition = (isGuarded: boolean) =>
  projection({
    name: 'notes',
    events,
    views: { teams, notes },
    search: { notes: ['body'] },
    on: {
      'team.made': (e, db) => db.insert(teams).values({ id: e.stream, owner: e.data.owner }),
      'note.taken': (e, db) =>
        db.insert(notes).values({
          id: e.stream,
          team: e.data.team,
          owner: e.data.owner,
          body: e.data.body,
          size: e.data.size,
        }),
    },
    policy: isGuarded
      ? { notes: ({ claims }) => and(eq(notes.owner, claims.sub), ne(notes.body, 'secret')) }
      : {},
    queries: {
      sizes: query({}, (_, db) =>
        db
          .select({ team: teams.id, total: sql<number>`coalesce(sum(${notes.size}), 0)`.as('total') })
          .from(teams)
          .leftJoin(notes, eq(notes.team, teams.id))
          .groupBy(teams.id),
      ),
      unnamed: query({}, (_, db) =>
        db.select({ id: teams.id, size: sql<number>`(select max(size) from notes)`.as('size') }).from(teams),
      ),
    },
  });

const team = { type: 'team.made', data: { owner: 'ann' } };
const note = (owner: string, body: string, size: number) => ({
  type: 'note.taken',
  data: { team: 't', owner, body, size },
});

/** Ann's notes among many of Bob's, or as if there were no others: what Ann sees is to be the same. */
async function world(isShared: boolean): Promise<Projectionist> {
  const projectionist = await running({
    projections: [definition(isShared)],
    auth: { jwt: { secret: SECRET, scopes: ['read'] } },
    aggregates: true,
    maxRows: 5,
  });
  const { log } = projectionist;
  await log.append('t', team);
  if (isShared)
    for (let index = 0; index < 20; index += 1)
      await log.append(`b-${index}`, note('bob', 'hidden word', 1000 + index));
  for (let index = 0; index < 7; index += 1) await log.append(`a-${index}`, note('ann', 'open word', index));
  if (isShared) await log.append('a-s', note('ann', 'secret', 500));
  await projectionist.ready();
  // Statistics are gathered at the end of a build, and know of all rows.
  await projectionist.rebuild('notes');
  return projectionist;
}

const token = await new SignJWT({ sub: 'ann' })
  .setProtectedHeader({ alg: 'HS256' })
  .setExpirationTime('5m')
  .sign(new TextEncoder().encode(SECRET));

function ask(
  { app }: Projectionist,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Response> {
  return Promise.resolve(
    app.request(path, { method, headers: { Authorization: `Bearer ${token}`, ...headers } }),
  );
}

const QUESTIONS = [
  'notes',
  'notes?limit=2&order=size.desc',
  'notes?limit=2&order=size.desc&offset=3',
  'notes?id=eq.b-1',
  'notes?id=eq.a-s',
  'notes?or=(id.eq.b-1,owner.eq.bob,size.gt.0)',
  'notes?not.and=(owner.eq.ann,body.neq.secret)',
  'notes?owner=neq.ann',
  'notes?owner=match.^b&size=gt.10',
  'notes?body=fts.hidden',
  'notes?body=fts.word&select=id&order=id',
  'notes?body=wfts.-open',
  'notes?select=count(),size.sum(),size.max(),size.min(),size.avg()',
  'notes?select=owner,count()&order=owner',
  'notes?select=*,teams(id,notes(id,size))&limit=2',
  'notes?select=...teams(team_id:id,notes(count()))',
  'notes?limit=0',
  'notes?offset=7',
  'notes?offset=8',
  'notes?offset=20',
  'teams?select=id,notes(id,body,size)&notes.order=size.desc&notes.limit=3',
  'teams?select=id,notes(count())',
  'teams?select=id,notes(size.sum())',
  'teams?select=id,notes!inner(id)&notes.owner=eq.bob',
  'teams?select=id,notes()&notes=not.is.null&notes.size=gt.100',
  'teams?select=id,notes()&notes=is.null&notes.body=eq.secret',
  'teams?select=id,...notes(size)&notes.order=size',
  'teams?select=id,n:notes(id,teams(notes(id,owner)))',
  'rpc/sizes',
  'rpc/sizes?total=gt.100',
  'rpc/unnamed',
] as const;

const MANNERS: readonly (readonly [string, Record<string, string>])[] = [
  ['plain', {}],
  ['exactly counted', { Prefer: 'count=exact' }],
  ['by plan counted', { Prefer: 'count=planned' }],
  ['estimated', { Prefer: 'count=estimated' }],
  ['a range', { Range: '0-1', Prefer: 'count=exact' }],
  ['CSV', { Accept: 'text/csv' }],
  ['one object', { Accept: 'application/vnd.pgrst.object+json' }],
  ['the past', { Prefer: 'as-of=HEAD, count=planned' }],
];

/** A view without a policy may be counted by plan; one with a policy is counted, and so the other is to be, too. */
function mannerOf({ log }: Projectionist, headers: Readonly<Record<string, string>>, isShared: boolean) {
  const prefer = headers['Prefer']?.replace('HEAD', String(log.head()));
  if (prefer === undefined) return headers;
  return { ...headers, Prefer: isShared ? prefer : prefer.replace(/planned|estimated/, 'exact') };
}

async function toldBy(answer: Response) {
  return {
    status: answer.status,
    range: answer.headers.get('Content-Range'),
    link: answer.headers.get('Link'),
    length: answer.headers.get('Content-Length'),
    body: await answer.text(),
  };
}

test.each(MANNERS)(
  'with a row policy every answer is as if there were no other rows: %s',
  async (_, headers) => {
    const [shared, alone] = [await world(true), await world(false)];
    for (const question of QUESTIONS) {
      for (const method of ['GET', 'HEAD']) {
        const told = await toldBy(
          await ask(shared, `/views/${question}`, mannerOf(shared, headers, true), method),
        );
        expect([question, told]).toEqual([
          question,
          await toldBy(await ask(alone, `/views/${question}`, mannerOf(alone, headers, false), method)),
        ]);
        expect(told.body).not.toMatch(/hidden|10\d\d|"id":"b-/);
      }
    }
  },
);

test('cursors lead through the rows of the caller, and a cursor of another row leads nowhere else', async () => {
  const [shared, alone] = [await world(true), await world(false)];
  const seen: string[] = [];
  let path: string | undefined = '/views/notes?limit=3&order=body,id&select=id';
  while (path !== undefined) {
    const answer = await ask(shared, path, { Prefer: 'count=planned' });
    expect(await toldBy(answer.clone())).toEqual(
      await toldBy(await ask(alone, path, { Prefer: 'count=exact' })),
    );
    seen.push(...((await answer.json()) as { id: string }[]).map(({ id }) => id));
    path = /<([^>]+)>/.exec(answer.headers.get('Link') ?? '')?.[1];
  }
  expect(seen).toEqual(['a-0', 'a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-6']);
});

test('live answers tell nothing of others, not even that something changed', async () => {
  const shared = await world(true);
  const stream = { Accept: 'text/event-stream' };
  const questions = [
    'notes?select=id,size&order=id&limit=3',
    'notes?select=count(),size.sum()',
    'teams?select=id,notes(id)&notes.order=id&notes.limit=2',
    'rpc/sizes',
  ];
  const lives = await Promise.all(
    questions.map(async (question) => new Live(await ask(shared, `/views/${question}`, stream))),
  );
  const first = JSON.stringify(await Promise.all(lives.map((live) => live.next())));
  expect(first).toContain('a-0');
  expect(first).not.toMatch(/b-|10\d\d|500/);
  const { position } = await shared.log.append('b-new', note('bob', 'hidden too', 1099));
  await shared.log.append('a-00', note('ann', 'open', 30));
  for (const live of lives) {
    // The next message is that of Ann's own note: Bob's has made none.
    const message = await live.next();
    expect(message?.data.position).toBe(position + 1);
    expect(JSON.stringify(message)).not.toMatch(/b-|10\d\d|500/);
    await live.close();
  }
});
