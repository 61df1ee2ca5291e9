/** The ratio of two sides, round by round: median, and from least to most. */
export function ratio(left: readonly number[], right: readonly number[]): string {
  const ratios = left
    .map((value, round) => value / (right[round] ?? right.at(-1) ?? Number.NaN))
    .toSorted((a, b) => a - b);
  return `${median(ratios).toFixed(2)} (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`;
}

export function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value below which so large a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
