/**
 * Reads OpenMetrics 1.0 as strictly as its text says, for what a counter, a gauge and a
 * histogram may look like: whatever it does not know is an error.
 */

/** One line with a value. */
export type Sample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
};

/** The samples under one name, and what is said about them. */
export type Family = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string | null;
  readonly samples: readonly Sample[];
};

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

const fail = (what: string, line: string): never => {
  throw new Error(`${what}: ${line}`);
};

const labelsOf = (text: string | undefined): ReadonlyMap<string, string> => {
  const labels = new Map<string, string>();
  if (text === undefined) return labels;
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, name, value] = LABEL.exec(text) ?? fail('labels that are none', text);
    if (labels.has(name!)) fail(`label ${name} twice`, text);
    labels.set(name!, value!);
  }
  return labels;
};

const sampleOf = (line: string): Sample => {
  const [, name, labels, value] = SAMPLE.exec(line) ?? fail('no sample', line);
  if (!NUMBER.test(value!)) fail('no number', line);
  return { name: name!, labels: labelsOf(labels), value: Number(value) };
};

/** The labels of a sample as a text, `le` left out. */
const seriesOf = ({ labels }: Sample): string =>
  [...labels]
    .filter(([name]) => name !== 'le')
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

const checkHistogram = ({ name, samples }: Family): void => {
  for (const [series, own] of Map.groupBy(samples, seriesOf)) {
    const buckets = own.filter((each) => each.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) =>
      Number(labels.get('le')?.replace('+Inf', 'Infinity')),
    );
    const texts = buckets.map(({ labels }) => labels.get('le') ?? '');
    if (texts.some((le) => !/^(\d+\.\d+|\+Inf)$/.test(le))) fail('bounds that are none', series);
    if (bounds.at(-1) !== Infinity) fail('no last bucket', name);
    for (let at = 1; at < buckets.length; at += 1) {
      if (bounds[at]! <= bounds[at - 1]!) fail('bounds out of order', series);
      if (buckets[at]!.value < buckets[at - 1]!.value) fail('a bucket that holds less', series);
    }
    const count = own.find((each) => each.name === `${name}_count`);
    if (count?.value !== buckets.at(-1)?.value) fail('a count that is not that of all', series);
    if (!own.some((each) => each.name === `${name}_sum` && each.value >= 0)) fail('no sum', series);
  }
};

const check = (family: Family): Family => {
  const { name, type, unit, samples } = family;
  const ends = SUFFIXES[type] ?? fail('a type that is none', name);
  const allowed = new Set(ends.map((end) => name + end));
  if (unit !== null && !name.endsWith(`_${unit}`)) fail('a name without its unit', name);
  if (samples.length === 0) fail('a family without samples', name);
  const seen = new Set<string>();
  for (const sample of samples) {
    if (!allowed.has(sample.name)) fail('a sample of another family', sample.name);
    const series = `${sample.name} ${seriesOf(sample)} ${sample.labels.get('le')}`;
    if (seen.has(series)) fail('a series twice', series);
    seen.add(series);
    if (type === 'counter' && sample.value < 0) fail('a counter below 0', series);
  }
  if (type === 'histogram') checkHistogram(family);
  return family;
};

type Draft = { -readonly [Key in keyof Family]: Family[Key] } & { samples: Sample[] };

/** The families in the text, by name; throws at the first line that should not be there. */
export const parseOpenMetrics = (text: string): ReadonlyMap<string, Family> => {
  if (!text.endsWith('\n# EOF\n')) fail('no end', text.slice(-40));
  const lines = text.slice(0, -'\n# EOF\n'.length).split('\n');
  const families = new Map<string, Draft>();
  let current: Draft = { name: '', type: '', help: '', unit: null, samples: [] };
  for (const line of lines) {
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line) ?? [];
    if (what === undefined) {
      if (line.startsWith('#') || families.size === 0) fail('no line of a family', line);
      current.samples.push(sampleOf(line));
      continue;
    }
    if (current.name !== name) {
      if (!NAME.test(name) || families.has(name)) fail('a family that is none, or twice', line);
      current = { name, type: '', help: '', unit: null, samples: [] };
      families.set(name, current);
    }
    if (current.samples.length > 0) fail('said after its samples', line);
    if (what === 'HELP') current.help = rest;
    else if (what === 'TYPE') current.type = rest;
    else current.unit = rest;
  }
  return new Map([...families].map(([name, family]) => [name, check(family)]));
};

/** The value of the sample of that name whose labels are those, and no others. */
export const valueOf = (
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number => {
  const wanted = Object.entries(labels);
  for (const { samples } of families.values()) {
    for (const sample of samples) {
      const isIt =
        sample.name === name &&
        sample.labels.size === wanted.length &&
        wanted.every(([label, value]) => sample.labels.get(label) === value);
      if (isIt) return sample.value;
    }
  }
  throw new Error(`no ${name} ${JSON.stringify(labels)}`);
};

/** Names of samples that only grow. */
const GROWING = /_(total|bucket|sum|count)$/;

/** Every series that must never get less, with its value. */
export const growing = (families: ReadonlyMap<string, Family>): ReadonlyMap<string, number> =>
  new Map(
    [...families.values()]
      .flatMap(({ samples }) => samples)
      .filter(({ name }) => GROWING.test(name))
      .map((sample) => [
        `${sample.name} ${[...sample.labels].map((pair) => pair.join('=')).join(' ')}`,
        sample.value,
      ]),
  );
