/** What OpenMetrics 1.0 wants in its text and prom-client leaves out. */

/** The units that names of metrics end in. */
const UNITS = ['seconds', 'bytes'];

/** The line behind a `# TYPE`, where the name says in which unit its values are. */
const unitLine = (name: string): string => {
  const unit = UNITS.find((one) => name.endsWith(`_${one}`));
  return unit === undefined ? '' : `\n# UNIT ${name} ${unit}`;
};

/** Adds `# UNIT` lines, and writes whole bucket bounds as every exporter should: `1.0`. */
export const completed = (text: string): string =>
  text
    .replaceAll(/^# TYPE (\S+) \w+$/gm, (line, name: string) => line + unitLine(name))
    .replaceAll(/(?<=[{,]le=")\d+(?=")/g, (bound) => `${bound}.0`);
