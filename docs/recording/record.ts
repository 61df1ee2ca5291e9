/**
 * Records the README's terminal, docs/images/terminal.svg, from a real session: `npm run docs:recording`. It packs this checkout,
 * installs the package as a user would, and writes a quarter of a million events of the shop that `init` makes: all that before the
 * recording begins. Wants Linux, and the port free.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { filmOf } from './film.ts';
import { Session } from './session.ts';

const ORDERS = 100_000;
const PORT = 4280;
const folder = mkdtempSync(join(tmpdir(), 'projectionist-recording-'));

function npm(...args: string[]): void {
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function writeOrders(path: string): Promise<void> {
  const file = createWriteStream(path);
  for (let order = 1; order <= ORDERS; order += 1) {
    const stream = `order-${order}`;
    const at = (hours: number): string =>
      new Date(Date.UTC(2025, 0, 1) + order * 120_000 + hours * 3_600_000).toISOString();
    const items = [
      { productId: `product-${order % 50}`, quantity: 1 + (order % 3), price: 5 + (order % 40) },
    ];
    const events = [
      { stream, type: 'order.placed', time: at(0), data: { customerId: `customer-${order % 997}`, items } },
      {
        stream,
        type: 'order.shipped',
        time: at(30),
        data: { carrier: order % 2 === 0 ? 'swift' : 'north-post' },
      },
      { stream, type: 'order.cancelled', time: at(40), data: { reason: 'returned' } },
    ].slice(0, order % 2 === 0 ? 3 : 2);
    if (!file.write(`${events.map((event) => JSON.stringify(event)).join('\n')}\n`))
      await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

/** What is seen. */
async function play(session: Session): Promise<void> {
  await session.begin();
  await session.rest(600);
  await session.run('npx projectionist init shop && cd shop');
  await session.rest(800);
  await session.run('npx projectionist append ../orders.ndjson');
  await session.rest(800);
  await session.run(`clear; npx projectionist start --port ${PORT} > server.log &`);
  await session.run('npx projectionist status --watch', /orders +live/);
  await session.rest(2000);
  await session.interrupt();
  await session.run(
    `curl '127.0.0.1:${PORT}/views/orders?status=eq.shipped&select=id,carrier&limit=3'; echo`,
  );
  await session.rest(1500);
  await session.run('npx projectionist rebuild orders');
  await session.rest(1200);
  await session.run('npx projectionist status');
  await session.rest(500);
}

try {
  npm('init', '--yes');
  npm('pack', '--silent', '--pack-destination', folder, resolve(import.meta.dirname, '../..'));
  npm(
    'install',
    '--silent',
    `./${readdirSync(folder).find((file) => file.endsWith('.tgz'))}`,
    'drizzle-orm@0.45',
    'zod@4',
  );
  await writeOrders(join(folder, 'orders.ndjson'));
  const session = new Session(folder);
  await play(session);
  const { frames, columns, lines } = session;
  // Long enough to read the end.
  const seconds = Math.ceil(session.length / 1000) + 4;
  writeFileSync(new URL('../images/terminal.svg', import.meta.url), filmOf(frames, columns, lines, seconds));
  await session.end();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
