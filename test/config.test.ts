import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { resolveConfig } from '../src/config.ts';
import { checkExposure, isLoopback } from '../src/http/exposure.ts';

/** A settings file with this default export. */
function fileWith(settings: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'projectionist-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'settings.mjs');
  writeFileSync(file, `export default ${JSON.stringify(settings)};`);
  return file;
}

const fromFile = (settings: unknown) =>
  resolveConfig({ flags: { config: fileWith(settings) }, environment: {} });

describe('who may', () => {
  const auth = { tokens: [{ name: 'web', token: 'x'.repeat(16), scopes: ['read'] }] };

  test('stands in the file', async () => {
    expect((await fromFile({ auth })).auth).toEqual(auth);
  });

  test('PROJECTIONIST_TOKENS beats the file, and --allow-anonymous both', async () => {
    const environment = { PROJECTIONIST_TOKENS: 'read:secret-number-one, read+append:secret:number:two' };
    const flags = { config: fileWith({ auth }) };
    expect((await resolveConfig({ flags, environment })).auth).toEqual({
      tokens: [
        { name: 'token 1', token: 'secret-number-one', scopes: ['read'] },
        { name: 'token 2', token: 'secret:number:two', scopes: ['read', 'append'] },
      ],
    });
    expect((await resolveConfig({ flags: { ...flags, allowAnonymous: true }, environment })).auth).toBe(
      'none',
    );
  });

  test.each([
    'secret',
    'reed:secret-number-one',
    ':secret-number-one',
    'read+:secret-number-one',
    'read:short',
  ])('PROJECTIONIST_TOKENS=%s is refused without being repeated', async (text) => {
    const refusal = resolveConfig({ flags: {}, environment: { PROJECTIONIST_TOKENS: text } });
    await expect(refusal).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(refusal).rejects.not.toThrow(/secret-|short/);
  });

  test.each([
    ['auth.tokens.0.scopes', { auth: { tokens: [{ name: 'a', token: 'x'.repeat(16), scopes: [] }] } }],
    ['auth.tokens.0.token', { auth: { tokens: [{ name: 'a', token: 'short', scopes: ['read'] }] } }],
    ['auth', { auth: {} }],
    ['auth', { auth: 'nobody' }],
    ['auth.jwt', { auth: { jwt: {} } }],
    ['auth.jwt.secret', { auth: { jwt: { secret: 'short' } } }],
    ['cors.origins', { cors: { origins: 7 } }],
    ['limits.wait', { limits: { wait: 0 } }],
    ['limits', { limits: { bodi: 1 } }],
  ])('%s is refused by name: %o', async (path, settings) => {
    const name = new RegExp(path.replaceAll('.', '\\.'));
    await expect(fromFile(settings)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(name),
    });
  });
});

test('what queries may ask for stands in the file', async () => {
  const settings = {
    maxRows: 50,
    aggregates: true,
    copies: { count: 4 },
    live: { readers: 10 },
    scans: { rows: 0, timeout: 500 },
  };
  expect(await fromFile(settings)).toMatchObject(settings);
  await expect(fromFile({ scans: { readers: 0 } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(fromFile({ maxRows: 0 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

describe('listening beyond this machine', () => {
  test.each(['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1', '[::1]'])(
    '%s is this machine',
    (host) => {
      expect(isLoopback(host)).toBe(true);
      expect(checkExposure({ host })).toBeUndefined();
    },
  );

  test.each(['0.0.0.0', '::', '192.168.1.1', 'example.com', '127.0.0.1.example.com', '::ffff:10.0.0.1'])(
    '%s is not, and needs auth',
    (host) => {
      expect(() => checkExposure({ host })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
      expect(checkExposure({ host, auth: 'none' })).toMatch(/^Warning: anybody/);
      const auth = { tokens: [{ name: 'a', token: 'x'.repeat(16), scopes: ['read' as const] }] };
      expect(checkExposure({ host, auth })).toBeUndefined();
    },
  );
});

describe('a setting that cannot be used is named as it was given, with what may stand there', () => {
  test.each([
    [{ prot: 80 }, ': prot: there is no such setting', /^Did you mean port\? Settings are data, /],
    [
      { limits: { bodi: 1 } },
      ': limits.bodi: there is no such setting',
      /^Did you mean body\? limits has body, /,
    ],
    [{ port: 'http' }, ': port: it must be a number', /^It is: port of the HTTP API/],
    [
      { auth: { tokens: [{ name: 'a', token: 'x'.repeat(16), scopes: ['reed'] }] } },
      ': auth.tokens.0.scopes.0: it must be one of read, append, operate',
      /^It is: what a token may do\.$/,
    ],
    [
      { auth: { tokens: [{ name: 'a', tokn: 'x'.repeat(16), scopes: ['read'] }] } },
      ': auth.tokens.0.tokn: there is no such setting',
      /^Did you mean token\? auth\.tokens\.0 has name, token, tokenHash, scopes, claims\.$/,
    ],
    [{ scans: { rows: 'x' } }, ': scans.rows: it must be a number', /^It is: rows of a view from which on/],
  ])('%j', async (given, message, hint) => {
    await expect(fromFile(given)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('flags and variables have their own names', async () => {
    const environment = { PROJECTIONIST_SHUTDOWN_SECONDS: 'soon' };
    await expect(resolveConfig({ flags: {}, environment })).rejects.toThrow(
      'PROJECTIONIST_SHUTDOWN_SECONDS: it must be a number',
    );
    await expect(resolveConfig({ flags: { logLevel: 'loud' }, environment: {} })).rejects.toThrow(
      '--log-level: it must be one of debug, info, warn, error, silent',
    );
  });

  test('a file that cannot be read is named', async () => {
    const file = fileWith({}).replace('.mjs', '.ts');
    writeFileSync(file, 'export default {\n  port: ,\n};\n');
    await expect(resolveConfig({ flags: { config: file }, environment: {} })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(`${file} cannot be loaded: `),
    });
  });
});
