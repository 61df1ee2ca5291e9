import { expect, test } from 'vitest';
import { toCsv } from '../../src/query/csv.ts';

test('null is empty, what has commas or quotation marks is quoted, and integers keep their digits in JSON too', () => {
  const body =
    '[{"id":9007199254740993,"note":"a,\\"b\\"","data":{"sum":[27021597764222973,1]},"none":null,"text":""}]';
  expect(toCsv(['id', 'note', 'data', 'none', 'text'], body)).toBe(
    'id,note,data,none,text\n9007199254740993,"a,""b""","{""sum"":[27021597764222973,1]}",,""',
  );
});
