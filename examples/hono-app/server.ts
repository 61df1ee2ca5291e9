import { serve } from '@hono/node-server';
import { openTasks } from './app.ts';

const { app, projectionist } = await openTasks(process.env['DATA'] ?? 'data/hono-app');
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
