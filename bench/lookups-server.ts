// The server of bench/lookups.ts: a Projectionist on a log that is there already.
import { createProjectionist } from 'projectionist';
import { serve } from '../src/http/serve.ts';
import definition from './rebuild-definition.ts';

const projectionist = await createProjectionist({
  data: process.argv[2] as string,
  projections: [definition],
});
projectionist.start();
await projectionist.ready(3_600_000);
const server = await serve(projectionist.app, { host: '127.0.0.1', port: 0 });
process.on('message', () => {
  void projectionist.rebuild('orders').then(() => process.send?.('rebuilt'));
});
process.once('disconnect', () => {
  void server.close().then(() => projectionist.close());
});
process.send?.(server.url);
