import type { Projectionist } from '../projectionist.ts';

/** Three requests that work as they are printed, made from the views that there are, and the page to look at. */
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
  const lines = [...requests.slice(0, 3), `open ${url}/console`];
  return ['', 'Ready. Try:', ...lines.map((each) => `  ${each}`), ''].join('\n');
}
