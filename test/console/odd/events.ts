import { defineEvents } from 'projectionist';
import { z } from 'zod';

export const events = defineEvents({
  'note.taken': { schema: z.strictObject({ text: z.string(), tags: z.array(z.string()) }) },
  'note.retaken': { schema: z.strictObject({ text: z.string() }) },
  'sheet.filled': { schema: z.strictObject({ value: z.number() }) },
});
