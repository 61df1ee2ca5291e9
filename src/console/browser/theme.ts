import { signal } from '@preact/signals';

type Theme = 'light' | 'dark' | '';

const KEPT = 'projectionist.theme';

/** '' follows the system. */
export const theme = signal<Theme>((localStorage.getItem(KEPT) as Theme | null) ?? '');

/** From the system's colours to the other ones, and back. */
export function nextTheme(): void {
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const other = isDark ? 'light' : 'dark';
  const next = theme.peek() === '' ? other : '';
  theme.value = next;
  if (next === '') {
    localStorage.removeItem(KEPT);
    delete document.documentElement.dataset['theme'];
  } else {
    localStorage.setItem(KEPT, next);
    document.documentElement.dataset['theme'] = next;
  }
}
