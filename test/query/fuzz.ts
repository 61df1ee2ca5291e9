import fc from 'fast-check';
import { libraryApp } from './library-app.ts';
import { TestLibrary } from './library.ts';
import { request, type RandomRequest } from './requests.ts';

/** What no answer may say: SQL that we wrote, where files are, how the program is built. */
const INSIDE =
  /\bFROM "|json_object\(|projectionist_|AS t\d|\.ts:\d|\/tmp\/|node_modules|SQLITE_|SqliteError|near \\?"/;

/** Sends random requests to the whole app, and throws for the first answer that is the server's fault or says too much. */
export async function fuzzQueries(numRuns: number): Promise<void> {
  const library = new TestLibrary().fill();
  const faults: unknown[] = [];
  const app = libraryApp(library, { aggregates: true, maxRows: 50 }, (error) => faults.push(error));
  const send = async ({ url, method, headers, body }: RandomRequest) => {
    const defined = Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const init = { method, headers: defined, ...(method === 'POST' && body !== undefined && { body }) };
    return app.request(`http://localhost/views${url}`, init);
  };
  try {
    await fc.assert(
      fc.asyncProperty(request, async (random) => {
        const answer = await send(random);
        const text = await answer.text();
        if (answer.status >= 500) throw new Error(`${answer.status} ${text}`, { cause: faults.at(-1) });
        if (answer.status >= 400 && INSIDE.test(text)) throw new Error(`An answer says too much: ${text}`);
        if (
          answer.status === 200 &&
          answer.headers.get('Content-Type')?.includes('json') === true &&
          text !== ''
        )
          JSON.parse(text);
      }),
      { numRuns, ...(process.env['FUZZ_SEED'] !== undefined && { seed: Number(process.env['FUZZ_SEED']) }) },
    );
  } finally {
    library.close();
  }
}
