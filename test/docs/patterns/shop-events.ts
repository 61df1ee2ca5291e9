import { defineEvents } from 'projectionist';
import { z } from 'zod';

/** The events of the patterns: a stream is an order, a customer or a product. */
export const events = defineEvents({
  'customer.registered': { schema: z.object({ name: z.string() }) },
  'customer.renamed': { schema: z.object({ name: z.string() }) },
  'product.listed': {
    schema: z.object({ name: z.string(), text: z.string(), tags: z.array(z.string()) }),
  },
  'product.tagged': { schema: z.object({ tag: z.string() }) },
  'product.untagged': { schema: z.object({ tag: z.string() }) },
  'product.withdrawn': { schema: z.object({}) },
  'order.placed': {
    schema: z.object({
      customerId: z.string(),
      lines: z.array(z.object({ productId: z.string(), quantity: z.int().positive(), cents: z.int() })),
    }),
  },
  'order.shipped': { schema: z.object({ carrier: z.string() }) },
});
