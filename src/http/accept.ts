import { ProjectionistError } from '../errors.ts';

/** The forms that rows are answered in. The sparse ones leave out members that are null. */
export type Form = 'array' | 'object' | 'csv' | 'sparse array' | 'sparse object';

const FORMS: Readonly<Record<string, Form>> = {
  'application/json': 'array',
  'application/vnd.pgrst.array+json': 'array',
  'application/vnd.pgrst.array': 'array',
  'application/vnd.pgrst.object+json': 'object',
  'application/vnd.pgrst.object': 'object',
  'text/csv': 'csv',
  'application/*': 'array',
  'text/*': 'csv',
  '*/*': 'array',
};

const SPARSE: Readonly<Record<string, Form>> = { array: 'sparse array', object: 'sparse object' };

/** What `Content-Type` says of each form. */
export const MEDIA_TYPES: Readonly<Record<Form, string>> = {
  array: 'application/json; charset=utf-8',
  object: 'application/vnd.pgrst.object+json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  'sparse array': 'application/vnd.pgrst.array+json; nulls=stripped; charset=utf-8',
  'sparse object': 'application/vnd.pgrst.object+json; nulls=stripped; charset=utf-8',
};

/** The form that an `Accept` header likes best (RFC 9110, 12.5.1). Throws NOT_ACCEPTABLE where it likes none. */
export function formOf(accept: string | undefined): Form {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json')
    return 'array';
  let best: { form: Form; quality: number } | undefined;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const plain = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
    const form =
      type.includes('vnd.pgrst') && parameters.includes('nulls=stripped') ? SPARSE[plain ?? ''] : plain;
    const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
    if (form !== undefined && quality > (best?.quality ?? 0)) best = { form, quality };
  }
  if (best !== undefined) return best.form;
  throw new ProjectionistError(
    'NOT_ACCEPTABLE',
    `None of these media types are available: ${accept.slice(0, 200)}`,
    {
      hint: 'Accept application/json, application/vnd.pgrst.object+json, text/csv, or text/event-stream for a live answer.',
    },
  );
}
