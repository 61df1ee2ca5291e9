import { openApiDocument } from '../../../src/http/openapi/document.ts';
import { viewPath } from '../../../src/http/openapi/view-paths.ts';
import { queryPath } from '../../../src/http/openapi/query-paths.ts';
import type { Definitions } from '../../../src/projection/load.ts';
import { cell, code, table } from './markdown.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
}

interface Operation {
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly description?: string; readonly content: object };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: object; readonly headers?: object }>
  >;
}

type PathItem = Readonly<Record<string, Operation>> & { readonly parameters?: readonly Parameter[] };

const VIEW = {
  name: '{view}',
  columns: [
    { name: '{column}', key: 'column', sqlType: 'TEXT', kind: 'text', isNullable: false, values: undefined },
  ],
  primaryKey: [],
  references: [],
  searchColumns: [],
} as const;

/** Every request that the server answers, as its OpenAPI document describes them. */
export function httpReference(): string {
  const definitions = { projections: [], catalogue: { events: {} } } as unknown as Definitions;
  const { paths } = openApiDocument({ definitions, views: [], mount: '', needsToken: false });
  const all = {
    '/views/{view}': viewPath(VIEW),
    '/views/rpc/{query}': queryPath('{query}', { parameters: {} } as Parameters<typeof queryPath>[1]),
    ...paths,
  } as unknown as Record<string, PathItem>;
  const operations = Object.entries(all).flatMap(([path, item]) =>
    ['get', 'post'].flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, item, operation }];
    }),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  return tags
    .map((tag) => {
      const mine = operations.filter(({ operation }) => operation.tags.includes(tag));
      return [`## ${tag}`, ...mine.map(sectionOf)].join('\n\n');
    })
    .join('\n\n');
}

interface Section {
  readonly method: string;
  readonly path: string;
  readonly item: PathItem;
  readonly operation: Operation;
}

function sectionOf({ method, path, item, operation }: Section): string {
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
  const { requestBody, responses } = operation;
  return [
    `### ${method.toUpperCase()} ${path}`,
    `${cell(summaryOf(path, operation.summary))}.`,
    ...(parameters.length === 0 ? [] : [parameterTable(parameters)]),
    ...(requestBody === undefined ? [] : [bodyOf(requestBody)]),
    ...answersOf(responses),
  ].join('\n\n');
}

function summaryOf(path: string, summary: string): string {
  return path === '/views/rpc/{query}' ? 'A named query' : summary.replace(VIEW.name, 'a view');
}

function parameterTable(parameters: readonly Parameter[]): string {
  return table(
    ['parameter', 'in', ''],
    parameters.map((one) => [code(one.name), one.in, cell(one.description ?? '')]),
  );
}

function bodyOf({ description = '', content }: NonNullable<Operation['requestBody']>): string {
  const types = Object.keys(content).map(code).join(', ');
  return `Body: ${types}.${description === '' ? '' : ` ${cell(description)}`}`;
}

/** What is answered where all is well, each with its forms; refusals look alike, and are named. */
function answersOf(responses: Operation['responses']): string[] {
  const all = Object.entries(responses);
  const isRefusal = ([, { content }]: (typeof all)[number]): boolean =>
    Object.keys(content ?? {}).includes('application/problem+json');
  const refusals = all.filter(isRefusal).map(([status]) => status);
  const answers = all.filter((one) => !isRefusal(one)).map(answerRow);
  return [
    table(['status', '', 'forms', 'headers'], answers),
    ...(refusals.length === 0 ? [] : [`Refusals: ${refusals.join(', ')}.`]),
  ];
}

function answerRow([status, { description, content = {}, headers = {} }]: [
  string,
  Operation['responses'][string],
]): string[] {
  const list = (names: object): string => Object.keys(names).map(code).join(', ');
  return [status, cell(description), list(content), list(headers)];
}
