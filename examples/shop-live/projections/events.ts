import { defineEvents } from 'projectionist';
import { z } from 'zod';

export const events = defineEvents({
  'order.placed': { schema: z.object({ customer: z.string().min(1), product: z.string().min(1) }) },
  'order.shipped': { schema: z.object({}) },
});
