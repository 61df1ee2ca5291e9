import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ProjectionistError } from '../../../src/errors.ts';
import {
  checkRequest,
  type ProjectionState,
  type Request,
  REQUESTS,
  type Sighting,
  SIGHTINGS,
  stateFrom,
  STATES,
  TRANSITIONS,
} from '../../../src/engine/states/states.ts';

const states = Object.keys(STATES) as ProjectionState[];
const sightings = Object.keys(SIGHTINGS) as Sighting[];

/** What each sighting means, whatever the projection was before. */
const MEANING: Record<Sighting, ProjectionState> = {
  nothing: 'unknown',
  'no generation': 'building',
  behind: 'catching-up',
  level: 'live',
  'level, streams parked': 'parked',
  'gave up': 'stopped',
  'thread lost': 'failed',
};

describe('what is seen', () => {
  test.each(states.flatMap((state) => sightings.map((sighting) => [state, sighting] as const)))(
    '%s, %s',
    (state, sighting) => {
      const expected = state === 'paused' ? 'paused' : MEANING[sighting];
      expect(TRANSITIONS[state][sighting]).toBe(expected);
      expect(stateFrom(sighting, state === 'paused')).toBe(expected);
    },
  );
});

/** The rows of requests, a cell each: the state that follows, or the words of the refusal. */
const ASKED: Record<ProjectionState, readonly (ProjectionState | RegExp)[]> = {
  building: ['paused', /not paused/, 'building', 'building', /no generation/],
  'catching-up': ['paused', /not paused/, 'catching-up', 'catching-up', 'catching-up'],
  live: ['paused', /not paused/, 'live', 'live', 'live'],
  paused: [/paused already/, 'unknown', /is paused/, /is paused/, /is paused/],
  parked: ['paused', /streams are left out/, 'parked', 'parked', 'parked'],
  stopped: [/stands still already/, 'unknown', 'stopped', 'stopped', 'stopped'],
  failed: ['paused', /started again by itself/, 'failed', 'failed', 'failed'],
  unknown: ['paused', /not paused/, 'unknown', 'unknown', 'unknown'],
};

/** The words of the refusal of a request; undefined where it is not refused. */
function refusalOf(state: ProjectionState, request: Request): string | undefined {
  try {
    checkRequest('orders', state, request);
    return undefined;
  } catch (error) {
    const { code, message, hint } = error as ProjectionistError;
    return `${code}: ${message}. ${hint}`;
  }
}

const cells = states.flatMap((state) =>
  REQUESTS.map((request, index) => ({ state, request, expected: ASKED[state][index] })),
);

test.each(cells.filter(({ expected }) => typeof expected === 'string'))(
  '$state, asked to $request, becomes $expected',
  ({ state, request, expected }) => {
    expect(refusalOf(state, request)).toBeUndefined();
    expect(TRANSITIONS[state][request]).toBe(expected);
  },
);

test.each(cells.filter(({ expected }) => expected instanceof RegExp))(
  '$state, asked to $request, refuses and says why and what to do',
  ({ state, request, expected }) => {
    expect(refusalOf(state, request)).toMatch(expected as RegExp);
    expect(refusalOf(state, request)).toMatch(/^OPERATION_REFUSED: Cannot .+ orders: .+\. .+\.$/);
  },
);

/** The tables of docs/states.md, as they follow from the code. */
function documented(): string {
  const meanings = Object.entries(STATES).map(([state, meaning]) => `| \`${state}\` | ${meaning} |`);
  const seen = sightings.map(
    (sighting) => `| ${sighting} | ${SIGHTINGS[sighting]} | \`${MEANING[sighting]}\` |`,
  );
  const asked = states.map((state) => {
    const cells = REQUESTS.map((request) => {
      const next = TRANSITIONS[state][request];
      return typeof next === 'string' ? `\`${next}\`` : `refused: ${next.refused}`;
    });
    return `| \`${state}\` | ${cells.join(' | ')} |`;
  });
  return [
    '| state | meaning |\n|---|---|',
    ...meanings,
    '',
    '| seen | that is | state, unless paused |\n|---|---|---|',
    ...seen,
    '',
    `| in state | ${REQUESTS.join(' | ')} |\n|---${'|---'.repeat(REQUESTS.length)}|`,
    ...asked,
  ].join('\n');
}

test('docs/states.md holds the table', () => {
  const text = readFileSync('docs/states.md', 'utf8');
  const [, tables] = /<!-- table -->\n\n([^]*?)\n\n<!-- end of table -->/.exec(text) ?? [];
  expect(tables).toBe(documented());
});
