/** The members of a longest increasing subsequence, by patience sorting: what need not move when the rest is put in order. */
export function longestIncreasing(numbers: readonly number[]): ReadonlySet<number> {
  if (numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number)))
    return new Set(numbers);
  /** For each length, the index of the smallest number that ends an increasing subsequence of it. */
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [index, number] of numbers.entries()) {
    const length = firstAtLeast(ends, numbers, number);
    previous[index] = ends[length - 1] ?? -1;
    ends[length] = index;
  }
  const members = new Set<number>();
  for (let index = ends.at(-1) ?? -1; index !== -1; index = previous[index] as number)
    members.add(numbers[index] as number);
  return members;
}

function firstAtLeast(ends: readonly number[], numbers: readonly number[], number: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[ends[middle] as number] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
