import { InvalidArgumentError } from 'commander';

/** A whole number from 0, as the value of an option. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is a whole number from 0.');
}

/** 1234567 as `1,234,567`. */
export function grouped(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}

/** Seconds as people say them: `12 ms`, `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

/** Bytes as people say them: `12 KiB`, `4.7 MiB`, `1.2 GiB`. */
export function size(bytes: number): string {
  if (bytes < 1024 ** 2) return `${grouped(Math.ceil(bytes / 1024))} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
