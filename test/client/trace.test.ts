import type { Trace } from 'projectionist/client';
import { expect, expectTypeOf, test } from 'vitest';
import { notebook, shop } from './support.ts';

test('a trace tells what each event did to a row, in the types of the view', async () => {
  const { client } = await shop();
  const row = await client.view('orders').eq('status', 'shipped').order('id').limit(1).single();
  const { position, entries } = await client.trace('orders', row.id);
  expectTypeOf(entries[0]!.after).toEqualTypeOf<typeof row | null>();
  expect(position).toBe(2000);
  expect(entries.map(({ type, change, stream }) => [type, change, stream])).toEqual([
    ['order.placed', 'insert', row.id],
    ['order.paid', 'update', row.id],
    ['order.shipped', 'update', row.id],
  ]);
  expect(entries[0]!.before).toBeNull();
  expect(entries[0]!.time.toISOString()).toBe(row.placed_at);
  expect(entries[1]!.before).toEqual(entries[0]!.after);
  expect(entries.at(-1)!.after).toEqual(row);
});

test('a key of several columns is given as a list, whatever its values hold', async () => {
  const { client } = await shop();
  const [line] = await client.view('order_lines').order('order_id').limit(1);
  const { entries } = await client.trace('order_lines', [line!.order_id, line!.product_id]);
  expect(entries[0]!.after).toMatchObject({ order_id: line!.order_id, product_id: line!.product_id });
  const { client: notes, projectionist } = await notebook();
  const odd = 'a&b=c+d, "é" 100%';
  const { position } = await notes.append(odd, { type: 'note.taken', data: { body: 'x' } });
  await projectionist.waitFor('notes', position);
  expectTypeOf(notes.trace('notes', odd)).resolves.toExtend<Trace<{ id: string; body: string }>>();
  expect((await notes.trace('notes', odd)).entries).toMatchObject([{ stream: odd, after: { id: odd } }]);
});

test('what cannot be traced is refused as the server says it, and a signal ends the asking', async () => {
  const { client } = await shop();
  await expect(client.trace('orders', 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
  await expect(client.trace('orders', ['a', 'b'])).rejects.toMatchObject({ status: 400 });
  await expect(client.trace('orders', [])).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  // @ts-expect-error there is no such view
  await expect(client.trace('nothing', 'a')).rejects.toMatchObject({ code: 'VIEW_UNKNOWN' });
  const stop = new AbortController();
  const asked = client.trace('orders', 'order-1001', { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(asked).rejects.toThrow('enough');
});
