import { defineEvents } from 'projectionist';
import { z } from 'zod';

export const events = defineEvents({
  'room.booked': { schema: z.object({ room: z.string().min(1), day: z.iso.date(), by: z.string().min(1) }) },
  'room.released': { schema: z.object({}) },
});
