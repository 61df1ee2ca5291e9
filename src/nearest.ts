/** The candidate that a mistyped name was probably meant to be: within a third of its length in edits. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3)),
    )
    .toSorted((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** What a hint begins with where a name was probably mistyped: `Did you mean orders? `; '' otherwise. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  // Names come from anywhere, and the distance takes the product of two lengths.
  const guess = nearest(name.slice(0, 64), candidates);
  return guess === undefined ? '' : `Did you mean ${guess}? `;
}

/** Damerau's distance: insertions, deletions, substitutions, and neighbours that changed places. */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 0; i < left.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < right.length; j += 1) {
      const substitution = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1);
      const isSwap = i > 0 && j > 0 && left[i] === right[j - 1] && left[i - 1] === right[j];
      const swap = isSwap ? (before[j - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, substitution, swap));
    }
    before = row;
    row = next;
  }
  return row[right.length] ?? 0;
}
