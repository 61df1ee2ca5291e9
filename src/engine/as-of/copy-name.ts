/** Which copy a file is: of which projection, by which program, as of which position. */
export interface CopyName {
  readonly projection: string;
  /** The first eight digits of the program's hash. */
  readonly hash8: string;
  readonly position: number;
}

const PATTERN = /^([a-z][a-z0-9_-]{0,62})-([0-9a-f]{8})-(\d{1,15})\.db$/;

/** What a copy's file is called: `orders-1f0c2a9b-4711.db`. */
export function copyFile({ projection, hash8, position }: CopyName): string {
  return `${projection}-${hash8}-${position}.db`;
}

/** Undefined for a file that is no finished copy. */
export function parseCopyFile(file: string): CopyName | undefined {
  const [, projection, hash8, position] = PATTERN.exec(file) ?? [];
  if (projection === undefined || hash8 === undefined) return undefined;
  return { projection, hash8, position: Number(position) };
}

export function shortHash(programHash: string): string {
  return programHash.slice(0, 8);
}
