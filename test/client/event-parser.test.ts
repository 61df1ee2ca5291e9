import { array, assert, constantFrom, nat, property } from 'fast-check';
import { expect, test } from 'vitest';
import { EventParser } from '../../src/client/event-parser.ts';

const encoder = new TextEncoder();

function events(...chunks: string[]) {
  const parser = new EventParser();
  return chunks.flatMap((chunk) => [...parser.push(encoder.encode(chunk))]);
}

test('events have a name, data of several lines, and an id that lasts', () => {
  expect(events('event: a\nid: 1\ndata: x\ndata:y\ndata\n\ndata: z\n\n')).toEqual([
    { event: 'a', data: 'x\ny\n', id: '1' },
    { event: 'message', data: 'z', id: '1' },
  ]);
});

test('a block that does not end is no event, and its id does not count', () => {
  const parser = new EventParser('7');
  expect([...parser.push(encoder.encode('id: 8\ndata: x\n'))]).toEqual([]);
  expect(parser.lastId).toBe('7');
});

test('a heartbeat moves the id on, and retry sets the pause', () => {
  const parser = new EventParser();
  expect([...parser.push(encoder.encode(': alive\nid: 12\n\nretry: 1000\nretry: soon\n\n'))]).toEqual([]);
  expect(parser).toMatchObject({ lastId: '12', retry: 1000 });
});

test('a byte order mark, unknown fields and ids with NUL are passed over', () => {
  expect(events('\uFEFFdata:  x\nfoo: bar\nid: a\0b\n\n')).toEqual([
    { event: 'message', data: ' x', id: '' },
  ]);
});

test('it makes no difference where chunks end, and how lines do', () => {
  const text = 'event: ä🙂\nid: 1\ndata: x\n\n: hm\ndata: 日\ndata: y\n\n';
  const whole = events(text);
  expect(whole).toHaveLength(2);
  const same = property(constantFrom('\n', '\r', '\r\n'), array(nat(80)), (end, cuts) => {
    const bytes = encoder.encode(text.replaceAll('\n', end));
    const parser = new EventParser();
    const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
    const got = places.flatMap((from, index) => [...parser.push(bytes.subarray(from, places[index + 1]))]);
    // A CR at the very end may be the first half of a CRLF, and is a line's end all the same.
    expect(got).toEqual(whole);
  });
  assert(same, { numRuns: 300 });
});
