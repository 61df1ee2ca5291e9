import type { DefaultTheme } from 'vitepress';

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link: `/${link}` });

/** In the order in which a newcomer reads. */
export const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Begin',
    items: [
      page('What it is', ''),
      page('Ten minutes', 'tutorial'),
      page('Concepts', 'concepts'),
      page('How it works', 'how-it-works'),
      page('What it is not for', 'not-for'),
    ],
  },
  {
    text: 'Write',
    items: [
      page('Projections', 'projections'),
      page('Patterns', 'patterns'),
      page('Testing', 'testing'),
      page('Changing events', 'schema-evolution'),
      page('Embedding', 'embedding'),
      page('Moving here', 'migrating'),
    ],
  },
  {
    text: 'Ask',
    items: [
      page('Query API', 'query-api'),
      page('Live queries', 'live-queries'),
      page('Time travel', 'time-travel'),
      page('TypeScript client', 'client'),
      page('Events API', 'events-api'),
      page('Console', 'console'),
    ],
  },
  {
    text: 'Operate',
    items: [
      page('Operating', 'operating'),
      page('Security', 'security'),
      page('States', 'states'),
      page('Dead letters', 'dead-letters'),
      page('Verify and trace', 'verify'),
      page('Observability', 'observability'),
      page('Reliability', 'reliability'),
    ],
  },
  {
    text: 'Look up',
    items: [
      page('Command line', 'cli'),
      page('Settings', 'configuration'),
      page('HTTP', 'http'),
      page('Metrics', 'observability#metrics'),
      page('Errors', 'errors'),
      page('Numbers', 'performance'),
    ],
  },
];
