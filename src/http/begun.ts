/** Resolves once work is under way, and rejects with what kept it from beginning; what comes later stands in the state. */
export async function begun(work: Promise<unknown>): Promise<void> {
  work.catch(() => {});
  await Promise.race([work, new Promise((resolve) => void setImmediate(resolve))]);
}
