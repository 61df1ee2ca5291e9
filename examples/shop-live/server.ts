import { serve } from '@hono/node-server';
import { openShop } from './shop.ts';

const { app, projectionist } = await openShop(process.env['DATA'] ?? 'data/shop-live');
const server = serve(
  { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) },
  ({ port }) => console.log(`Listening on http://127.0.0.1:${port}`),
);

/** In reverse order. Live answers have no end of their own, and a server waits for every answer. */
async function stop(): Promise<void> {
  projectionist.endStreams();
  await new Promise((resolve) => void server.close(resolve));
  await projectionist.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
