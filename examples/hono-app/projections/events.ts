import { defineEvents } from 'projectionist';
import { z } from 'zod';

export const events = defineEvents({
  'task.added': { schema: z.object({ owner: z.string().min(1), title: z.string().min(1) }) },
  'task.done': { schema: z.object({}) },
});
