import { ProjectionistError } from '../errors.ts';

/** Something in a definition that must be changed before it can run. */
export interface Problem {
  readonly file?: string | undefined;
  readonly projection?: string | undefined;
  readonly eventType?: string | undefined;
  /** The statement as Drizzle would write it. */
  readonly statement?: string | undefined;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** The problems of one projection, as they are found. */
export class Problems {
  readonly list: Problem[] = [];
  readonly #projection: string | undefined;

  constructor(projection: unknown) {
    this.#projection = typeof projection === 'string' ? projection : undefined;
  }

  /** Adds a problem, once: several event types that share a handler share its problems. */
  add(problem: Omit<Problem, 'projection'>): void {
    const whole = { ...problem, projection: this.#projection };
    const isKnown = this.list.some((known) => describeProblem(known) === describeProblem(whole));
    if (!isKnown) this.list.push(whole);
  }

  /** Runs work that throws at the first problem it meets; then that problem is added, and the answer is undefined. */
  guard<T>(place: Omit<Problem, 'projection' | 'message'>, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const statement = error instanceof ProjectionistError ? error.evidence.statement : undefined;
      this.add(problemFrom(error, { ...place, statement }));
      return undefined;
    }
  }
}

/** A thrown value as a problem, at a place. */
export function problemFrom(error: unknown, place: Omit<Problem, 'message' | 'hint'>): Problem {
  if (error instanceof ProjectionistError) return { ...place, message: error.message, hint: error.hint };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { ...place, message };
}

/** A problem as lines of text: where, what, what to do. */
export function describeProblem(problem: Problem): string {
  const places = [problem.file, problem.projection && `projection ${problem.projection}`, problem.eventType];
  const where = places.filter(Boolean).join(' › ');
  const lines = [where === '' ? problem.message : `${where}: ${problem.message}`];
  if (problem.statement !== undefined) lines.push(`    statement: ${problem.statement}`);
  if (problem.hint !== undefined) lines.push(`    try: ${problem.hint}`);
  return lines.join('\n');
}

export function definitionError(problems: readonly Problem[]): ProjectionistError {
  const [first] = problems;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return new ProjectionistError(
    'DEFINITION_INVALID',
    [
      `${count} in the projection definitions`,
      ...problems.map((problem) => `  ${describeProblem(problem).replaceAll('\n', '\n  ')}`),
    ].join('\n'),
    {
      evidence: {
        file: first?.file,
        projection: first?.projection,
        eventType: first?.eventType,
        statement: first?.statement,
      },
    },
  );
}
