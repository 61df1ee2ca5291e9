import type { UnguardedView } from '../projection/unguarded-views.ts';
import type { Projectionist } from '../projectionist.ts';

/** What to say of views that everybody sees whole beside guarded ones; undefined where there are none. */
export function policyWarning(unguarded: readonly UnguardedView[]): string | undefined {
  if (unguarded.length === 0) return undefined;
  const byProjection = Map.groupBy(unguarded, ({ projection }) => projection);
  return [
    ...[...byProjection.values()].map(describe),
    '  Try: Give each view a policy; () => undefined says that all its rows are meant to be seen.',
  ].join('\n');
}

/** A server's warning: once, and again only when a definition that was saved makes it another. */
export function policyWarnings(projectionist: Projectionist): () => string | undefined {
  let told: string | undefined;
  return () => {
    const warning = policyWarning(projectionist.unguardedViews());
    const isNews = warning !== told;
    told = warning;
    return isNews ? warning : undefined;
  };
}

function describe(views: readonly UnguardedView[]): string {
  const { projection, guarded } = views[0] as UnguardedView;
  const [without, having] = [views.map(({ view }) => view), guarded];
  const their = without.length === 1 ? 'its' : 'their';
  return (
    `Warning: ${without.join(', ')} of ${projection} ${has(without)} no policy, ` +
    `and ${having.join(', ')} ${has(having)}: whoever may read sees all ${their} rows`
  );
}

function has(names: readonly string[]): string {
  return names.length === 1 ? 'has' : 'have';
}
