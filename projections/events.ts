// The catalogue: every type of event that the shop writes, and what its data must look like.
// An event that does not match is refused when it is appended, so that a projection need not doubt what it reads.
import { defineEvents } from 'projectionist';
import { z } from 'zod';

/** Money is counted in whole cents: sums of integers are exact. */
const cents = z.int().positive();
const quantity = z.int().positive();
const productId = z.string().regex(/^[a-z]{3}-\d{2}$/);

/** `strictObject` refuses unknown fields: a misspelt one is an error today, rather than a null in a view next month. */
const item = z.strictObject({ productId, name: z.string().min(1), quantity, unitPrice: cents });

export const events = defineEvents({
  // None of the samples reads this one. It is left for the first projection of your own.
  'customer.registered': {
    schema: z.strictObject({ name: z.string().min(1), city: z.string().min(1) }),
  },

  // An order's events all stand in the order's own stream, so that none of them needs to repeat the order's id.
  'order.placed': {
    schema: z.strictObject({ customerId: z.string().min(1), items: z.array(item).min(1) }),
  },
  'order.item-added': { schema: item },
  'order.item-removed': { schema: z.strictObject({ productId, quantity }) },
  'order.paid': {
    schema: z.strictObject({ amount: cents, method: z.enum(['card', 'transfer']) }),
  },

  // Version 1 had the carrier's name only: { carrier: 'North Post' }. Events are never rewritten; this reads the old
  // ones as if they were new. An upcaster is part of what a projection computes, so it may depend on its argument alone.
  'order.shipped': {
    schema: z.strictObject({ carrier: z.strictObject({ code: z.string().min(1), name: z.string().min(1) }) }),
    upcast: {
      1: (old: { carrier: string }) => ({
        carrier: { code: old.carrier.toLowerCase().replaceAll(' ', '-'), name: old.carrier },
      }),
    },
  },
  'order.delivered': { schema: z.strictObject({}) },
  'order.cancelled': {
    schema: z.strictObject({ reason: z.enum(['customer-request', 'out-of-stock', 'payment-expired']) }),
  },
  'order.refunded': {
    schema: z.strictObject({
      amount: cents,
      reason: z.enum(['cancelled', 'damaged', 'goodwill', 'not-as-described', 'returned']),
    }),
  },
});
