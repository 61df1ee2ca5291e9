/** Draws the pictures of the documents into docs/images: `npm run docs:diagrams`. */
import { writeFileSync } from 'node:fs';
import { arrow, box, note, picture, zone } from './drawing.ts';

const wayOfAnEvent = picture(
  900,
  330,
  {
    title: 'The way of an event',
    description:
      'Events come over HTTP, from the command line or from your code into the log, a SQLite file. A projector in a worker thread applies them to the live generation of a projection, another SQLite file. Queries read that file and answer over HTTP, as live streams, or to your code.',
  },
  zone({ x: 20, y: 24, width: 400, height: 282 }, 'write side'),
  zone({ x: 444, y: 24, width: 436, height: 282 }, 'read side'),
  box({ x: 40, y: 60, width: 130, height: 52 }, 'box', 'HTTP', '`POST /events'),
  box({ x: 40, y: 142, width: 130, height: 52 }, 'box', 'Command line', '`append'),
  box({ x: 40, y: 224, width: 130, height: 52 }, 'box', 'Your code', '`log.append()'),
  box(
    { x: 252, y: 124, width: 148, height: 88 },
    'file',
    'Event log',
    '`data/log.db',
    'checked, in order,',
    'on disk',
  ),
  arrow([
    [170, 86],
    [210, 86],
    [210, 150],
    [250, 150],
  ]),
  arrow([
    [170, 168],
    [250, 168],
  ]),
  arrow([
    [170, 250],
    [210, 250],
    [210, 186],
    [250, 186],
  ]),
  box({ x: 464, y: 132, width: 118, height: 72 }, 'box', 'Projector', 'worker thread', 'SQLite triggers'),
  arrow([
    [400, 168],
    [462, 168],
  ]),
  box({ x: 464, y: 240, width: 118, height: 48 }, 'box', 'Rebuild', 'another thread'),
  arrow(
    [
      [326, 212],
      [326, 264],
      [462, 264],
    ],
    { x: 372, y: 256, text: 'from event 1' },
  ),
  box({ x: 622, y: 124, width: 118, height: 88 }, 'live', 'Live', '`orders-7.db', 'rows and', 'checkpoint'),
  box({ x: 622, y: 240, width: 118, height: 48 }, 'box', 'Next', '`orders-8.db'),
  arrow([
    [582, 168],
    [620, 168],
  ]),
  arrow([
    [582, 264],
    [620, 264],
  ]),
  arrow(
    [
      [681, 240],
      [681, 214],
    ],
    { x: 708, y: 231, text: 'swap' },
  ),
  box({ x: 774, y: 60, width: 92, height: 52 }, 'box', 'Queries', '`GET /views'),
  box({ x: 774, y: 142, width: 92, height: 52 }, 'box', 'Live', 'SSE'),
  box({ x: 774, y: 224, width: 92, height: 52 }, 'box', 'Your code', 'Drizzle'),
  arrow([
    [740, 150],
    [757, 150],
    [757, 86],
    [772, 86],
  ]),
  arrow([
    [740, 168],
    [772, 168],
  ]),
  arrow([
    [740, 186],
    [757, 186],
    [757, 250],
    [772, 250],
  ]),
);

const compiled = picture(
  900,
  300,
  {
    title: 'From a definition to rows',
    description:
      'When the file is loaded, handlers run once with a symbolic event and return Drizzle statements; these are rendered as SQLite triggers on a view named feed. From then on each batch is one INSERT … SELECT from the log into that view: the triggers write rows and checkpoint in one transaction.',
  },
  zone({ x: 20, y: 20, width: 860, height: 118 }, 'once, when the file is loaded (JavaScript)'),
  box({ x: 40, y: 52, width: 180, height: 68 }, 'box', 'Your handler', '`(e, db) =>', '`db.insert(orders)…'),
  box({ x: 262, y: 52, width: 170, height: 68 }, 'box', 'Trace', 'called with a', 'symbolic event'),
  box({ x: 474, y: 52, width: 170, height: 68 }, 'box', 'Render', 'Drizzle statements', 'become SQL text'),
  box(
    { x: 686, y: 52, width: 176, height: 68 },
    'file',
    'Program',
    'tables, triggers,',
    'and a hash of them',
  ),
  arrow([
    [220, 86],
    [260, 86],
  ]),
  arrow([
    [432, 86],
    [472, 86],
  ]),
  arrow([
    [644, 86],
    [684, 86],
  ]),
  zone({ x: 20, y: 160, width: 860, height: 120 }, 'for every batch (inside SQLite, one transaction)'),
  box(
    { x: 40, y: 194, width: 180, height: 68 },
    'file',
    'Event log',
    '`SELECT … FROM events',
    '`WHERE position > 41000',
  ),
  box({ x: 262, y: 194, width: 170, height: 68 }, 'box', 'Feed', '`INSERT INTO feed', 'a view without rows'),
  box({ x: 474, y: 194, width: 170, height: 68 }, 'box', 'Triggers', 'one for each', 'event type'),
  box({ x: 686, y: 194, width: 176, height: 68 }, 'live', 'View', 'rows', 'and the checkpoint'),
  arrow([
    [220, 228],
    [260, 228],
  ]),
  arrow([
    [432, 228],
    [472, 228],
  ]),
  arrow([
    [644, 228],
    [684, 228],
  ]),
  arrow([
    [774, 120],
    [774, 150],
    [559, 150],
    [559, 192],
  ]),
);

const generations = picture(
  900,
  300,
  {
    title: 'A rebuild beside what answers',
    description:
      'Generation 7 goes on applying and answering while generation 8 is built from event 1 in a file of its own. When generation 8 has reached the head of the log and was checked, one transaction of the catalogue makes it live. Generation 7 is kept for a rollback.',
  },
  note(40, 54, 'orders-7.db', 'start'),
  box(
    { x: 150, y: 22, width: 396, height: 56 },
    'live',
    'Generation 7 answers',
    'and goes on applying what is appended',
  ),
  box({ x: 560, y: 22, width: 300, height: 56 }, 'box', 'kept', 'rollback brings it up to date, and back'),
  note(40, 144, 'orders-8.db', 'start'),
  box(
    { x: 150, y: 112, width: 250, height: 56 },
    'file',
    'Generation 8 is built',
    'event 1 to the head, in large batches',
  ),
  box({ x: 408, y: 112, width: 138, height: 56 }, 'box', 'checked', 'integrity, verify'),
  box(
    { x: 560, y: 112, width: 300, height: 56 },
    'live',
    'Generation 8 answers',
    'the same URL, the newer program',
  ),
  `<path d="M553 14V206" class="line"/>`,
  note(553, 224, 'one transaction of the catalogue; queries under way finish on the old file'),
  `<path d="M150 196V206" class="line"/>`,
  note(150, 224, 'the definition has changed'),
  arrow([
    [40, 256],
    [860, 256],
  ]),
  note(450, 278, 'time: a kill anywhere goes on at the checkpoint of each file'),
);

for (const [name, svg] of Object.entries({ 'way-of-an-event': wayOfAnEvent, compiled, generations }))
  writeFileSync(new URL(`../images/${name}.svg`, import.meta.url), svg);
