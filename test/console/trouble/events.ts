import { defineEvents } from 'projectionist';
import { z } from 'zod';

export const events = defineEvents({
  'account.deposited': { schema: z.strictObject({ cents: z.number() }) },
});
