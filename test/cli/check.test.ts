import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Workspace } from './support.ts';

let workspace: Workspace;
let lockFile: string;
beforeEach(() => {
  workspace = new Workspace();
  lockFile = workspace.path('projections', 'events.lock.json');
});
afterEach(() => workspace.remove());

/** Changes the samples' catalogue as a user would. */
function edit(before: string, after: string): void {
  const file = workspace.path('projections', 'events.ts');
  const text = readFileSync(file, 'utf8');
  if (!text.includes(before)) throw new Error(`${file} has no ${before}`);
  writeFileSync(file, text.replace(before, after));
}

const METHODS = "method: z.enum(['card', 'transfer'])";

describe('check and the lock of the catalogue', () => {
  test("the samples' lock is theirs", () => {
    expect(workspace.run(['check', '--frozen'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('The catalogue is that of projections/events.lock.json') as string,
      error: '',
    });
  });

  test('a lock that is missing is offered; --frozen asks for it', () => {
    rmSync(lockFile);
    expect(workspace.run(['check'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('`projectionist check --lock` writes it') as string,
    });
    expect(workspace.run(['check', '--frozen'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('There is no projections/events.lock.json') as string,
    });
    expect(existsSync(lockFile)).toBe(false);
    expect(workspace.run(['check', '--lock']).out).toContain('Wrote projections/events.lock.json');
    expect(workspace.run(['check', '--frozen']).code).toBe(0);
  });

  test('what only lets in more is accepted and named, and recorded when asked', () => {
    edit(METHODS, "method: z.enum(['card', 'transfer', 'cash']), note: z.string().optional()");
    const before = readFileSync(lockFile, 'utf8');
    const { code, out } = workspace.run(['check']);
    expect(code).toBe(0);
    expect(out).toContain('  order.paid: data.note was added, optional');
    expect(out).toContain('  order.paid: data.method takes "cash" too');
    expect(readFileSync(lockFile, 'utf8')).toBe(before);
    expect(workspace.run(['check', '--frozen'])).toMatchObject({ code: 1 });
    expect(workspace.run(['check', '--lock']).code).toBe(0);
    expect(workspace.run(['check', '--frozen']).code).toBe(0);
  });

  test('what written events do not survive is refused, until an upcaster takes care of them', () => {
    edit(METHODS, "paidBy: z.enum(['card', 'transfer'])");
    const refused = workspace.run(['check']);
    expect(refused.code).toBe(1);
    expect(refused.error).toContain('order.paid: data.method was removed');
    expect(refused.error).toContain('order.paid: data.paidBy was added, and is required');
    expect(refused.error).toContain('add upcast: { 1: (old) => … }, which fills it in');
    const report = JSON.parse(workspace.run(['check', '--json']).out) as { lock: { refused: object[] } };
    expect(report.lock.refused).toContainEqual(
      expect.objectContaining({ eventType: 'order.paid', field: 'data.method', what: 'was removed' }),
    );
    const before = readFileSync(lockFile, 'utf8');
    expect(workspace.run(['check', '--lock']).code).toBe(1);
    expect(readFileSync(lockFile, 'utf8')).toBe(before);
    edit(
      "paidBy: z.enum(['card', 'transfer']) }),",
      "paidBy: z.enum(['card', 'transfer']) }),\n    upcast: { 1: ({ method, ...old }: { method: string }) => ({ ...old, paidBy: method }) },",
    );
    expect(workspace.run(['check', '--lock']).out).toContain(
      'order.paid is in schema version 2 now; older events pass through a new upcaster',
    );
    const lock = JSON.parse(readFileSync(lockFile, 'utf8')) as {
      events: Record<string, { schemas: object }>;
    };
    expect(Object.keys(lock.events['order.paid']?.schemas ?? {})).toEqual(['1', '2']);
  });

  test('a server starts all the same, and says loudly what is wrong', async () => {
    edit(METHODS, "method: z.enum(['card'])");
    const server = await workspace.serve();
    expect(server.text).toContain('Warning: 1 change to the catalogue since projections/events.lock.json');
    expect(server.text).toContain('order.paid: data.method no longer takes "transfer"');
    expect(await server.stop()).toBe(0);
  });

  test('a lock that is none is refused, and by no means written over', () => {
    writeFileSync(lockFile, '<<<<<<< HEAD\n');
    for (const flags of [[], ['--lock']]) {
      expect(workspace.run(['check', ...flags])).toMatchObject({
        code: 1,
        error: expect.stringContaining('projections/events.lock.json is not JSON') as string,
      });
    }
    expect(readFileSync(lockFile, 'utf8')).toBe('<<<<<<< HEAD\n');
    expect(workspace.run(['check', '--lock', '--frozen']).code).toBe(2);
  });
});

describe('a file that cannot be read', () => {
  test('is reported once, where it is, however many import it', () => {
    edit("method: z.enum(['card', 'transfer'])", "method: z.enum(['card', 'transfer']");
    const line = readFileSync(workspace.path('projections', 'events.ts'), 'utf8')
      .split('\n')
      .findIndex((each) => each.includes("method: z.enum(['card', 'transfer']"));
    const { code, error } = workspace.run(['check']);
    expect(code).toBe(1);
    expect(error).toContain('1 problem in the projection definitions\n  events.ts: SyntaxError');
    expect(Number(/try: Look at projections\/events\.ts:(\d+)\.\n/.exec(error)?.[1])).toBeCloseTo(
      line + 1,
      -1,
    );
    expect(error).not.toContain('projectionist-load');
  });

  test('or that throws when it is loaded', () => {
    writeFileSync(
      workspace.path('projections', 'rates.ts'),
      "export const rate = 2;\nthrow new RangeError('no rates');\n",
    );
    writeFileSync(
      workspace.path('projections', 'costs.ts'),
      "import { rate } from './rates.ts';\nexport default rate;\n",
    );
    expect(workspace.run(['check']).error).toBe(
      'Error: 1 problem in the projection definitions\n  rates.ts: RangeError: no rates\n      try: Look at projections/rates.ts:2.\n',
    );
  });
});
