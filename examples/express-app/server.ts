import type { AddressInfo } from 'node:net';
import { openRooms } from './app.ts';

const { app, projectionist } = await openRooms(process.env['DATA'] ?? 'data/express-app');
const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', (error) => {
  if (error !== undefined) throw error;
  console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

/** In reverse order. Live answers have no end of their own, and a server waits for every answer. */
async function stop(): Promise<void> {
  projectionist.endStreams();
  await new Promise((resolve) => void server.close(resolve));
  await projectionist.close();
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stop());
