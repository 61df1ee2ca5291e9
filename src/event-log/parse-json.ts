import { ProjectionistError } from '../errors.ts';

/**
 * JSON.parse, except that a number which JavaScript would silently change is refused: a whole number beyond 2^53 whose
 * digits do not survive, or one too great for a double. Throws EVENT_INVALID.
 */
export function parseJson(text: string): unknown {
  try {
    return MAY_LOSE_DIGITS.test(text) ? JSON.parse(text, refuseLoss) : JSON.parse(text);
  } catch (error) {
    if (error instanceof ProjectionistError) throw error;
    throw new ProjectionistError('EVENT_INVALID', `not JSON: ${withoutText((error as Error).message)}`);
  }
}

/** V8 quotes the text around the fault, which may be anybody's data: `Unexpected token 'x', "…" is not valid JSON`. */
function withoutText(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*$/s, '');
}

/** Sixteen digits or a three-digit exponent, where a number may stand. Reading each number's source is slower. */
const MAY_LOSE_DIGITS = /[:[,\s]-?\d(?:\d{15}|[\d.]*[eE]\+?\d{3})/;

function refuseLoss(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined || survives(value, source)) return value;
  throw new ProjectionistError(
    'EVENT_INVALID',
    `the number ${source.slice(0, 40)} does not fit in a double`,
    {
      hint: 'Write it as text, in quotation marks.',
    },
  );
}

function survives(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(source) || BigInt(source) === BigInt(value);
}
