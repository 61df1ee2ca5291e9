import { expect, test } from 'vitest';
import { linkToNext } from '../../src/http/link-to-next.ts';

const link = (search: string, isRanged = false) =>
  linkToNext(`http://127.0.0.1:4000/views/orders${search}`, 'Cur_s-or', 20, isRanged);

test.each([
  ['', 'after=Cur_s-or'],
  ['?limit=20', 'limit=20&after=Cur_s-or'],
  ['?offset=40&a=eq.x&after=old&limit=20', 'a=eq.x&limit=20&after=Cur_s-or'],
  ['?a.offset=1&offsets=eq.1', 'a.offset=1&offsets=eq.1&after=Cur_s-or'],
  // What needs encoding gets it, a name too.
  ['?%6fffset=40&a=in.(1,2)', 'a=in.%281%2C2%29&after=Cur_s-or'],
  ['?a=eq.x%20y&b=eq.x+y', 'a=eq.x+y&b=eq.x+y&after=Cur_s-or'],
  ['?a=eq.x=y', 'a=eq.x%3Dy&after=Cur_s-or'],
  ['?a=eq.x&', 'a=eq.x&after=Cur_s-or'],
])('the page after %s is at ?%s', (search, expected) => {
  expect(link(search)).toBe(`</views/orders?${expected}>; rel="next"`);
});

test.each([
  ['?a=eq.1', 'a=eq.1&limit=20&after=Cur_s-or'],
  ['?a=in.(1)', 'a=in.%281%29&limit=20&after=Cur_s-or'],
  ['?limit=5', 'limit=5&after=Cur_s-or'],
])('the page after a range of %s is as long', (search, expected) => {
  expect(link(search, true)).toBe(`</views/orders?${expected}>; rel="next"`);
});
