import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askJson, type Refusal } from '../api.ts';
import { html } from '../html.ts';
import { Lineage, type LineageEntry } from './lineage.ts';
import { ProjectionCard } from './card.ts';
import { Empty, Trouble } from '../parts.ts';
import { href } from '../router.ts';
import { has } from '../session.ts';
import { Sql } from '../sql.ts';
import { statuses } from '../statuses.ts';

interface Program {
  readonly hash: string;
  readonly tables: readonly string[];
  readonly statements: readonly string[];
  readonly lineage: readonly LineageEntry[];
}

/** A projection: how it is, where its columns come from, and what it was compiled to. */
export function Page({ name }: { readonly name: string }): VNode {
  const status = statuses.value?.find((candidate) => candidate.name === name);
  if (statuses.value === undefined) return html`<p class="waiting">Asking the server…</p>`;
  if (status === undefined)
    return html`<${Empty} title=${`There is no projection ${name}`}><p><a href=${href('/')}>All projections</a></p></${Empty}>`;
  return html`<h1>${name}</h1>
    <ul class="projections">
      <${ProjectionCard} status=${status} />
    </ul>
    ${has('/projections/{name}/program') ? html`<${ProgramParts} key=${status.programHash} name=${name} live=${status.programHash} />` : null}`;
}

function ProgramParts({ name, live }: { readonly name: string; readonly live: string | null }): VNode {
  const [program, setProgram] = useState<Program | undefined>(undefined);
  const [trouble, setTrouble] = useState<Refusal | undefined>(undefined);
  useEffect(() => {
    askJson<Program>(`/projections/${encodeURIComponent(name)}/program`).then(setProgram, (error: unknown) =>
      setTrouble(error as Refusal),
    );
  }, [name]);
  if (trouble !== undefined) return html`<${Trouble} refusal=${trouble} />`;
  if (program === undefined) return html`<p class="waiting">Reading the program…</p>`;
  return html`<section class="card">
      <h2>Where columns come from</h2>
      <${Lineage} entries=${program.lineage} />
    </section>
    <section class="card">
      <h2>The program</h2>
      <p class="faint">
        Program <code title=${program.hash}>${program.hash.slice(0, 12)}</code>${
          live !== null && live !== program.hash ? ', which the live generation was not built from' : ''
        }.
        Each event that is inserted into <code>feed</code> runs the trigger of its type.
      </p>
      <h3>Tables</h3>
      ${program.tables.map((sql) => html`<${Sql} text=${sql} />`)}
      <h3>Triggers</h3>
      ${program.statements.map((sql) => html`<${Sql} text=${sql} />`)}
    </section>`;
}
