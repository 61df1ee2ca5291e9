import type { Projectionist } from '../projectionist.ts';

/** Three requests that work as they are printed, made from the views that there are. */
export function exampleRequests(url: string, projectionist: Projectionist): string {
  const views = projectionist.views();
  const [first] = views;
  const requests = [
    ...(first === undefined ? [] : [`curl '${url}/views/${first.name}?limit=3'`]),
    ...views
      .slice(1, 2)
      .map((view) => `curl '${url}/views/${view.name}?order=${view.columns[0]?.name}.desc&limit=3'`),
    `curl '${url}/projections'`,
    `curl '${url}/views'`,
  ];
  return ['', 'Ready. Try:', ...requests.slice(0, 3).map((request) => `  ${request}`), ''].join('\n');
}
