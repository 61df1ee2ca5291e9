/** An invariant, what keeps it, and the tests that fail when it is broken. */
export interface Invariant {
  readonly number: number;
  readonly says: string;
  readonly keptBy: string;
  readonly tests: readonly string[];
  /** The suites of the long project whose last run is told. */
  readonly suites: readonly string[];
}

const SIMULATION = 'test/simulation/simulation.test.ts';
const KILLS = ['test/fault/crash.test.ts', 'test/long/server-kills.test.ts'];

/** DESIGN.md, section 11. */
export const INVARIANTS: readonly Invariant[] = [
  {
    number: 1,
    says: 'Rows and checkpoint commit together: after a kill at any moment the view equals the fold of events 1…checkpoint.',
    keptBy: 'One SQLite transaction for rows, dead letters and checkpoint (`Projector.apply`)',
    tests: [SIMULATION, ...KILLS],
    suites: ['simulation', 'server-kills'],
  },
  {
    number: 2,
    says: 'No event is passed over: every position up to the checkpoint was applied, did not concern the projection, or is a dead letter.',
    keptBy:
      'Batches start at checkpoint + 1 and count what is there (`LOG_GAP`); parked streams hold their later events in the same transaction',
    tests: [SIMULATION, 'test/engine/dead-letters.test.ts', 'test/engine/continuity.test.ts'],
    suites: ['simulation'],
  },
  {
    number: 3,
    says: 'No event is applied twice, whatever is redelivered or restarted.',
    keptBy:
      'The checkpoint moves by compare-and-set; ids and stream versions are unique in the log; one writer for a data folder',
    tests: [SIMULATION, 'test/engine/apply/projector.test.ts', 'test/long/one-writer.test.ts'],
    suites: ['simulation', 'server-kills'],
  },
  {
    number: 4,
    says: 'Batch size, live or bulk, killed or not, rebuilt or not: the same log gives byte-equal view contents.',
    keptBy:
      'Handlers are compiled and refused where they are not deterministic; decisions about dead letters are replayed at their positions',
    tests: [SIMULATION, 'test/property/replay.test.ts', ...KILLS],
    suites: ['simulation', 'server-kills'],
  },
  {
    number: 5,
    says: 'A view being rebuilt keeps answering from the previous generation, and moves forward only.',
    keptBy:
      'A file for each generation; one catalogue transaction makes a build live, and only when it is level (`Build`)',
    tests: ['test/engine/generations/succession.test.ts', 'test/engine/generations.test.ts', SIMULATION],
    suites: ['simulation'],
  },
  {
    number: 6,
    says: '`wait` never returns early, and never hangs past its limit.',
    keptBy: 'Waiters are woken by commits and by nothing else; each has a timer (`PositionWaiters`)',
    tests: ['test/engine/position-waiters.test.ts', 'test/http/read-your-writes.test.ts', SIMULATION],
    suites: ['simulation'],
  },
  {
    number: 7,
    says: 'Status is evidence, not memory: a dead worker, a stalled projector or an unreachable log shows within a second.',
    keptBy: 'States are read off what is seen (`states.ts`); a thread’s pulse is looked at every 100 ms',
    tests: [
      'test/engine/states/states.test.ts',
      'test/engine/threads/vigil.test.ts',
      'test/fault/threads.test.ts',
      SIMULATION,
    ],
    suites: ['simulation'],
  },
  {
    number: 8,
    says: 'Nothing from a request reaches SQL except as a bound value or a name looked up in the schema.',
    keptBy: 'Only fragments make SQL, and they take values as bindings (`query/fragment.ts`)',
    tests: ['test/query/filters.test.ts', 'test/query/fuzz.test.ts', 'test/http/whole-app-fuzz.test.ts'],
    suites: [],
  },
  {
    number: 9,
    says: 'An append that was acknowledged is on disk.',
    keptBy: 'The answer follows the fsync of the write-ahead log (`GroupCommit`, `WalSync`)',
    tests: ['test/event-log/group-commit.test.ts', SIMULATION, 'test/long/storage.test.ts', ...KILLS],
    suites: ['simulation', 'server-kills'],
  },
  {
    number: 10,
    says: 'Bad input (a definition, an event, a URL, a file) gets an error that says what, where and what to do; nothing is lost.',
    keptBy:
      'Everything is checked before anything is written; what cannot be applied is parked, and decisions about it are kept',
    tests: [
      'test/projection/refusals.test.ts',
      'test/event-log/append.test.ts',
      'test/event-log/import.test.ts',
      SIMULATION,
    ],
    suites: ['simulation'],
  },
];

/** What the suites are, and how each is run alone. */
export const SUITES: Readonly<Record<string, { readonly what: string; readonly command: string }>> = {
  simulation: {
    what: 'Simulated histories: the engine on a simulated clock and simulated threads over real SQLite files, killed before and after statements, checked after every step against a fold in plain JavaScript',
    command: 'npx vitest run --project long test/long/simulation.test.ts',
  },
  'server-kills': {
    what: 'A real server under load over HTTP, killed with SIGKILL at random moments and at named points; the views are compared with an uninterrupted replay',
    command: 'npx vitest run --project long test/long/server-kills.test.ts',
  },
  mutation: {
    what: 'Faults that are put into the source on purpose, at least one for each invariant: its test must fail',
    command: 'npx vitest run --project long test/long/mutation.test.ts',
  },
  soak: {
    what: 'Mixed load on a real server: memory and open files must not grow',
    command: 'npm run soak -- --minutes 30',
  },
};
