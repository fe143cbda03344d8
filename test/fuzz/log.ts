/**
 * The reader of an event log over files in which disks, editors and crashes have left their marks.
 * What was not touched must be read as it was written, and nothing may be read that is no event.
 */
import * as fc from 'fast-check';
import { LineSplitter, type RawLine } from '../../src/event-log/line-splitter.ts';
import { readLogLine } from '../../src/event-log/log-line.ts';
import { anyEvent } from '../control/wire-arbitraries.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { scratched } from './heads.ts';
import { broken, type Target } from './target.ts';

const SAMPLES = 2_000;

let samples: readonly string[] | null = null;

/** Lines as they are written, made when they are first wanted. */
const lines = (): readonly string[] => {
  samples ??= fc
    .sample(anyEvent, { numRuns: SAMPLES, seed: 1 })
    .map((event, at) => JSON.stringify({ ...event, time: new Date(at).toISOString() }));
  return samples;
};

/** How a line came to harm; what it is then may hold line breaks. */
const harm = (random: Random, line: string): string => {
  const kind = random.next();
  if (kind < 0.3) return line.slice(0, random.between(0, line.length));
  if (kind < 0.8) return scratched(random, line);
  if (kind < 0.9) return line + random.pick(lines());
  return random.pick(['', '\0'.repeat(512), '\r', '\uFEFF', '[]', 'x'.repeat(70_000)]);
};

const readAll = (random: Random, bytes: Buffer): readonly RawLine[] => {
  const splitter = new LineSplitter();
  const read: RawLine[] = [];
  for (let from = 0; from < bytes.length;) {
    const until = Math.min(bytes.length, from + random.between(1, 4_096));
    read.push(...splitter.take(bytes.subarray(from, until)));
    from = until;
  }
  const rest = splitter.end();
  return rest === null ? read : [...read, rest];
};

/** One small log, some of its lines harmed, its end perhaps torn off. */
export const logTarget: Target = {
  name: 'log',
  run: (seed) => {
    const random = randomFrom(seed);
    const whole: string[] = [];
    const written: string[] = [];
    for (let count = random.between(1, 8); count > 0; count -= 1) {
      const line = random.pick(lines());
      const isHarmed = random.chance(0.5);
      if (!isHarmed) whole.push(line);
      written.push(isHarmed ? harm(random, line) : line);
    }
    const bytes = Buffer.from(`${written.join('\n')}\n`);
    const events: string[] = [];
    for (const { text, torn } of readAll(random, bytes)) {
      if (torn) broken('a line that ended is torn', { text });
      if (text === null) continue;
      const read = readLogLine(text);
      if (read.ok) {
        const again = JSON.stringify(read.event);
        if (!readLogLine(again).ok) broken('what is read once is not read twice', { text });
        events.push(again);
      } else if (read.error === '') broken('a refusal says nothing', { text });
    }
    let next = 0;
    for (const event of events) if (event === whole[next]) next += 1;
    if (next < whole.length) broken('a line that was whole is not read', { line: whole[next] });
    const cut = bytes.subarray(0, random.between(0, bytes.length));
    for (const { text } of readAll(random, cut)) if (text !== null) readLogLine(text);
  },
};
