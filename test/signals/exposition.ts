import { isDeepStrictEqual } from 'node:util';

export interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/). Throws at what is none. */
export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let help = ['', ''];
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') help = [name, rest];
    else if (kind === 'TYPE') {
      if (families.has(name) || help[0] !== name)
        throw new Error(`${name} is declared twice, or without help`);
      families.set(name, { help: help[1] as string, type: rest, samples: [] });
    } else familyOf(families, line).samples.push(sampleOf(line));
  }
  return families;
}

function familyOf(families: Map<string, Family>, line: string): Family {
  const name = sampleOf(line).name;
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''));
  if (family === undefined) throw new Error(`Nothing declares ${line}`);
  return family;
}

function sampleOf(line: string): Sample {
  const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || !Number.isFinite(Number(value))) throw new Error(`This is no sample: ${line}`);
  const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
  return { name, value: Number(value), labels: Object.fromEntries(pairs.map(([, key, of]) => [key, of])) };
}

/** The value of one sample; undefined where there is none with exactly these labels. */
export function valueOf(
  families: Map<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const samples = [...families.values()].flatMap((family) => family.samples);
  return samples.find((sample) => sample.name === name && isDeepStrictEqual(sample.labels, labels))?.value;
}
