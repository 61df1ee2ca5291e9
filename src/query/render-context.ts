import { type Fragment, name } from './fragment.ts';

/** What rendering shares between the levels of a query. */
export class RenderContext {
  /** Rows in any list, at most. */
  readonly maxRows: number;
  #aliases = 0;

  constructor(maxRows: number) {
    this.maxRows = maxRows;
  }

  /** A name for a table that no other has in this statement. */
  alias(): Fragment {
    const alias = name(`t${this.#aliases}`);
    this.#aliases += 1;
    return alias;
  }
}
