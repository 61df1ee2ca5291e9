import { afterwards, type Fragment, fragment, joined, type SqlValue } from './fragment.ts';
import { isNullable } from './render-order.ts';
import type { Ordering } from './view-query.ts';

/** True for the rows that come after the one whose ordering values are given; of these, it is only told which are null. */
export function renderAfter(
  keys: readonly Ordering[],
  after: readonly SqlValue[],
  write: (ordering: Ordering) => Fragment,
): Fragment {
  if (keys.every((key) => !isNullable(key) && key.isDescending === keys[0]?.isDescending))
    return rowAfter(keys, write);
  const alternatives = keys.map((key, index) => {
    const equal = keys.slice(0, index).map((earlier, at) => fragment`${write(earlier)} IS ${afterwards(at)}`);
    return fragment`(${joined([...equal, valueAfter(key, index, after[index] === null, write)], ' AND ')})`;
  });
  return fragment`(${joined(alternatives, ' OR ')})`;
}

/** `(a, b) > (1, 2)`, for which SQLite uses an index on both. */
function rowAfter(keys: readonly Ordering[], write: (ordering: Ordering) => Fragment): Fragment {
  const columns = joined(keys.map(write), ', ');
  const values = joined(
    keys.map((_, index) => afterwards(index)),
    ', ',
  );
  return keys[0]?.isDescending === true
    ? fragment`(${columns}) < (${values})`
    : fragment`(${columns}) > (${values})`;
}

function valueAfter(
  key: Ordering,
  index: number,
  isNull: boolean,
  write: (ordering: Ordering) => Fragment,
): Fragment {
  const column = write(key);
  if (isNull) return key.nulls === 'first' ? fragment`${column} IS NOT NULL` : fragment`0`;
  const beyond = fragment`${column} ${key.isDescending ? fragment`<` : fragment`>`} ${afterwards(index)}`;
  return key.nulls === 'last' && isNullable(key) ? fragment`(${beyond} OR ${write(key)} IS NULL)` : beyond;
}
