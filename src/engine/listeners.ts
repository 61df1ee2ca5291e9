/** Calls a listener so that its error spoils nothing of what is under way; it still surfaces, as uncaught. */
export function tellSafely<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
