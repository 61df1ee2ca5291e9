/** A fault that is put into the source on purpose, and the test that must notice it. */
export interface Mutant {
  /** Its number in DESIGN.md, section 11. */
  readonly invariant: number;
  /** What is broken. */
  readonly fault: string;
  readonly file: string;
  /** What stands there; the test fails where it stands there no longer. */
  readonly search: string;
  readonly replacement: string;
  readonly test: string;
}

const SIMULATION = 'test/simulation/simulation.test.ts';

/** At least one for each invariant. */
export const MUTANTS: readonly Mutant[] = [
  {
    invariant: 1,
    fault: 'the checkpoint commits before the rows',
    file: 'src/engine/apply/projector.ts',
    search: 'if (parked > 0) this.#parking.hold(from, to);',
    replacement:
      "this.#db.exec('COMMIT'); this.#db.exec('BEGIN'); if (parked > 0) this.#parking.hold(from, to);",
    test: SIMULATION,
  },
  {
    invariant: 2,
    fault: 'later events of a parked stream are dropped',
    file: 'src/engine/apply/projector.ts',
    search: 'if (parked > 0) this.#parking.hold(from, to);',
    replacement: '',
    test: SIMULATION,
  },
  {
    invariant: 3,
    fault: 'a batch begins with the last event of the one before',
    file: 'src/engine/apply/projector.ts',
    search: 'feed.run(from, to, access);',
    replacement: 'feed.run(Math.max(0, from - 1), to, access);',
    test: SIMULATION,
  },
  {
    invariant: 4,
    fault: 'a build goes without the decisions about dead letters',
    file: 'src/engine/apply/projector.ts',
    search: 'for (const decision of policy.decisions) this.enqueue(decision);',
    replacement: '',
    test: SIMULATION,
  },
  {
    invariant: 4,
    fault: 'a build that was to be verified becomes live without it after a kill',
    file: 'src/engine/generations/projection-keeper.ts',
    search: 'generation: interrupted, mustVerify }',
    replacement: 'generation: interrupted }',
    test: SIMULATION,
  },
  {
    invariant: 4,
    fault: 'a build becomes live before its verification is done',
    file: 'src/engine/generations/build.ts',
    search: "this.plan.mustVerify === true ? 'verifying' : 'coming level'",
    replacement: "'coming level'",
    test: SIMULATION,
  },
  {
    invariant: 5,
    fault: 'a build becomes live behind the one that answers',
    file: 'src/engine/generations/build.ts',
    search: 'run.position >= this.#site.liveReach()',
    replacement: 'run.position >= 0',
    test: 'test/engine/generations/succession.test.ts',
  },
  {
    invariant: 6,
    fault: 'a wait returns one event early',
    file: 'src/engine/position-waiters.ts',
    search: 'waiter.position <= this.#reached)',
    replacement: 'waiter.position <= this.#reached + 1)',
    test: 'test/engine/position-waiters.test.ts',
  },
  {
    invariant: 6,
    fault: 'a wait does not end at its limit',
    file: 'src/engine/position-waiters.ts',
    search: 'Math.min(milliseconds, LONGEST_DELAY)',
    replacement: 'LONGEST_DELAY',
    test: SIMULATION,
  },
  {
    invariant: 7,
    fault: 'a thread that has ended does not show',
    file: 'src/engine/generations/generation-run.ts',
    search: "this.isLost = kind === 'lost';",
    replacement: '',
    test: SIMULATION,
  },
  {
    invariant: 8,
    fault: 'a value of a request becomes part of the SQL',
    file: 'src/query/fragment.ts',
    search: 'return { sql: BOUND, bindings: [{ slot, bind }] };',
    replacement: "return { sql: `'${slot}'`, bindings: [] };",
    test: 'test/query/filters.test.ts',
  },
  {
    invariant: 9,
    fault: 'an append is acknowledged before it is committed',
    file: 'src/event-log/group-commit.ts',
    search: "this.#db.exec('COMMIT');",
    replacement: "for (const answer of answers) answer();\n      this.#db.exec('COMMIT');",
    test: SIMULATION,
  },
  {
    invariant: 10,
    fault: 'bad events are left out in silence',
    file: 'src/event-log/check-all.ts',
    search: 'if (first === undefined) return checked;',
    replacement: 'return checked;',
    test: SIMULATION,
  },
];
