import { defineEvents } from 'projectionist';
import { z } from 'zod';

export const events = defineEvents({
  'cart.opened': { schema: z.object({ clientId: z.string() }) },
  'cart.item-added': { schema: z.object({ productId: z.string(), quantity: z.int().positive() }) },
  'cart.item-removed': { schema: z.object({ productId: z.string() }) },
  'cart.confirmed': { schema: z.object({}) },
});
