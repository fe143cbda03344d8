/**
 * One of the programs that are compared: the relay in its thread, as under the console, with its
 * events counted as the console counts them, but nobody who watches. What the console costs
 * beyond this is drawing, and the pictures that it is sent. Takes the options of the proxy.
 */
import type { readCommandLine } from '../../src/cli/command-line.ts';
import type { defaultMaxViewers } from '../../src/cli/descriptors.ts';
import type { startThread } from '../../src/control/thread.ts';
import type { keepNurserySmall } from '../../src/run/nursery.ts';
import { built } from '../built.ts';

const lines = await built<{ readCommandLine: typeof readCommandLine }>('cli/command-line.js');
const limits = await built<{ defaultMaxViewers: typeof defaultMaxViewers }>('cli/descriptors.js');
const threads = await built<{ startThread: typeof startThread }>('control/thread.js');
const nursery = await built<{ keepNurserySmall: typeof keepNurserySmall }>('run/nursery.js');

nursery.keepNurserySmall();
const wanted = lines.readCommandLine(
  process.argv.slice(2),
  process.env,
  limits.defaultMaxViewers(),
);
if (wanted.do !== 'run') throw new Error('these are not the options of a proxy');
const { parsed } = wanted;
if (parsed.command === 'demo') throw new Error('these are the options of a demo');

const counts = new Map<string, number>();
const proxy = await threads.startThread(parsed.options, {
  onEvent: ({ event }) => counts.set(event, (counts.get(event) ?? 0) + 1),
});
process.stdout.write(`${JSON.stringify({ event: 'proxy.listening', address: proxy.address })}\n`);

const stop = async (): Promise<void> => {
  await proxy.command({ do: 'stop', now: true });
  process.exit();
};
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
