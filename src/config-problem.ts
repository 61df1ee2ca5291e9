import { z } from 'zod';
import { ProjectionistError } from './errors.ts';
import { didYouMean } from './nearest.ts';
import { alternatives, type JsonSchema } from './projection/json-schema.ts';

type Issue = z.core.$ZodIssue;

/** What is wrong with a setting, as an error that says what may stand there; never the value, which may be a secret. */
export function configProblem(
  schema: z.ZodType,
  issue: Issue,
  nameOf: (path: readonly string[]) => string,
): ProjectionistError {
  const path = issue.path.map(String);
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as DescribedSchema;
  const here = path.reduce(
    (schemas, step) =>
      schemas.flatMap((each) => alternatives(each, root)).flatMap((each) => stepInto(each, step)),
    [root],
  );
  if (issue.code === 'unrecognized_keys') {
    const known = here
      .flatMap((each) => alternatives(each, root))
      .flatMap(({ properties = {} }) => Object.keys(properties));
    const [key = ''] = issue.keys;
    const list = `${path.length === 0 ? 'Settings are' : `${path.join('.')} has`} ${[...new Set(known)].join(', ')}.`;
    return invalid(`${nameOf([...path, key])}: there is no such setting`, `${didYouMean(key, known)}${list}`);
  }
  const meaning = here.find(({ description }) => description !== undefined)?.description;
  return invalid(
    `${nameOf(path)}: ${messageOf(issue)}`,
    meaning === undefined ? undefined : `It is: ${meaning}.`,
  );
}

/** JSON Schema's annotation of what a value is. */
type DescribedSchema = JsonSchema & { readonly description?: string };

function stepInto({ properties = {}, items }: DescribedSchema, step: string): DescribedSchema[] {
  const next = Object.hasOwn(properties, step) ? properties[step] : items;
  return typeof next === 'object' ? [next] : [];
}

function messageOf(issue: Issue): string {
  if (issue.code === 'invalid_value') return `it must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code !== 'invalid_type') return issue.message;
  const expected = issue.expected === 'int' ? 'whole number' : issue.expected;
  return `it must be ${/^[aeiou]/.test(expected) ? 'an' : 'a'} ${expected}`;
}

export function invalid(message: string, hint: string | undefined): ProjectionistError {
  return new ProjectionistError('CONFIG_INVALID', message, { hint });
}
