import { upcastTo } from '../../event-log/upcast.ts';
import type { CompiledProjection, ProgramFunction } from '../../projection/compile.ts';
import type { Program } from '../../projection/program.ts';

/** Brings an event's data from one schema version to another. */
export type UpcastData = (type: string, from: number, to: number, data: unknown) => unknown;

/** What a program needs besides data. */
export interface ProgramCode {
  readonly functions: ReadonlyMap<string, ProgramFunction>;
  readonly upcast: UpcastData;
  /** Told of each dead letter before it is applied, where somebody watches for one that does not come back. */
  readonly beforeLetter?: (position: number) => void;
}

/** The JavaScript behind a compiled projection's program. */
export function codeOf({ definition, functions }: CompiledProjection): ProgramCode {
  return {
    functions,
    upcast: (type, from, to, data) => upcastTo(definition.events.events[type], type, from, to, data),
  };
}

/** For a program that is data alone: an event in another schema version than it expects is refused. */
export const NO_CODE: ProgramCode = {
  functions: new Map(),
  upcast: (type, from, to, data) => upcastTo(undefined, type, from, to, data),
};

/** True where a program is data alone, and so can run on any thread. */
export function isPlainData(program: Program): boolean {
  return Object.keys(program.functions).length === 0 && Object.keys(program.upcasters).length === 0;
}

/** True where `compiled` has the very functions and upcasters that `program` was built with. */
export function hasCodeOf(compiled: CompiledProjection, program: Program): boolean {
  const { functions, upcasters } = compiled.program;
  return (
    Object.entries(program.functions).every(([name, source]) => functions[name] === source) &&
    Object.entries(program.upcasters).every(([type, steps]) =>
      steps.every((source, index) => upcasters[type]?.[index] === source),
    )
  );
}
