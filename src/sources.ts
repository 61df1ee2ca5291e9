import type { Engine } from './engine/engine.ts';
import type { Source } from './http/services.ts';
import { RowPolicies } from './projection/row-policy.ts';
import type { Definitions } from './projection/load.ts';
import type { ViewReaders } from './query/view-readers.ts';

/** Finds what answers for a view or a named query, whether it is there already or only defined. */
export class Sources {
  readonly #engine: Engine;
  readonly #readers: ViewReaders;
  #policies: { readonly of: Definitions; readonly policies: RowPolicies } | undefined;

  constructor(engine: Engine, readers: ViewReaders) {
    this.#engine = engine;
    this.#readers = readers;
  }

  /** Undefined for a name that nothing defines. */
  find(kind: 'view' | 'query', name: string): Source | undefined {
    return (kind === 'view' ? this.#readableView(name) : undefined) ?? this.#defined(kind, name);
  }

  /** The row policies of the definitions as they are now. */
  policies(): RowPolicies {
    const { definitions } = this.#engine;
    if (this.#policies?.of !== definitions) {
      const list = definitions.projections.map(({ compiled }) => compiled.definition);
      this.#policies = { of: definitions, policies: new RowPolicies(list) };
    }
    return this.#policies.policies;
  }

  #readableView(name: string): Source | undefined {
    if (!this.#readers.names().includes(name)) return undefined;
    const { reader } = this.#readers.ofView(name);
    const { projection, number } = reader.generation;
    return {
      projection,
      generation: number,
      get position() {
        return reader.position();
      },
      get revision() {
        return reader.standing.revision;
      },
    };
  }

  #defined(kind: 'view' | 'query', name: string): Source | undefined {
    const found = this.#engine.definitions.projections.find(({ compiled: { program, definition } }) =>
      kind === 'view'
        ? program.views.some((view) => view.name === name)
        : Object.hasOwn(definition.queries, name),
    );
    if (found === undefined) return undefined;
    const { projection } = found.compiled.program;
    // A view that only the next generation has is not there yet, whatever the projection answers besides.
    const reader = kind === 'query' ? this.#readers.ofProjection(projection) : undefined;
    return {
      projection,
      generation: reader?.generation.number ?? null,
      position: reader?.position() ?? 0,
      revision: reader?.standing.revision ?? 0,
    };
  }
}
