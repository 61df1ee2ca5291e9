import { serve } from '@hono/node-server';
import { openShop } from './shop.ts';

const { app, projectionist } = await openShop('data/shop-live');
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 3000 });

process.once('SIGINT', () => {
  projectionist.endStreams();
  server.close(() => void projectionist.close());
});
