import { createClient } from 'projectionist/client';
import { expectTypeOf, test } from 'vitest';
import type products from '../../projections/products.ts';

test('named queries are typed from the definition', () => {
  const client = createClient<{ products: typeof products }>('http://127.0.0.1:1');
  const best = (): Promise<unknown> => Promise.resolve(client.query('bestSellers', { limit: 3 }));
  // @ts-expect-error there is no such query
  const wrong = (): unknown => client.query('worstSellers', { limit: 3 });
  expectTypeOf(best).toBeFunction();
  expectTypeOf(wrong).toBeFunction();
});
