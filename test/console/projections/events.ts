import { defineEvents } from 'projectionist';
import { z } from 'zod';

export const events = defineEvents({
  'order.placed': { schema: z.strictObject({ customer: z.string(), total: z.int() }) },
  'order.paid': { schema: z.strictObject({ method: z.enum(['card', 'transfer']) }) },
  'order.shipped': { schema: z.strictObject({ carrier: z.string() }) },
});
