import { ProjectionistError } from './errors.ts';

export function notReady(projection: string): ProjectionistError {
  return new ProjectionistError('PROJECTION_NOT_READY', `${projection} is being built for the first time`, {
    hint: 'Ask again soon, or wait for it with ready() or waitFor().',
    evidence: { projection },
  });
}
