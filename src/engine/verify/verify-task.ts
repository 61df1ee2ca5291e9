import type { Program } from '../../projection/program.ts';
import type { ErrorPolicy } from '../apply/error-policy.ts';

/** A generation that is to be verified. */
export interface VerifyTask {
  /** The data folder. */
  readonly data: string;
  readonly log: { readonly path: string; readonly id: string };
  readonly program: Program;
  /** By which the generation deals with what cannot be applied; its decisions are read from its file. */
  readonly policy: ErrorPolicy;
  readonly generation: number;
  /** The generation's file; whoever writes it goes on writing. */
  readonly path: string;
}
