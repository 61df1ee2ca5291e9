/** By the name of the key, as `ArrowLeft` or `Shift+ArrowLeft`. */
type Keys = Readonly<Record<string, () => void>>;

/** Keys that mean something while nobody types; the function that is returned ends that. */
export function onKey(keys: Keys): () => void {
  const hear = (event: KeyboardEvent): void => {
    const act = keys[keyName(event)];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target as Element | null, event.key)) return;
    event.preventDefault();
    act();
  };
  document.addEventListener('keydown', hear);
  return () => document.removeEventListener('keydown', hear);
}

/** A character says for itself whether shift was held. */
export function keyName({ key, shiftKey }: KeyboardEvent): string {
  return shiftKey && key.length > 1 ? `Shift+${key}` : key;
}

/** A button takes the space bar for itself; a field takes every key. */
function isTyping(target: Element | null, key: string): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  if (target === null) return false;
  if (target.matches('input, textarea, select')) return true;
  return key === ' ' && target.matches('button, a, summary');
}
