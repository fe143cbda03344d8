/**
 * The composition root: command line -> options -> a proxy, alone or in the demo, under the
 * console or with its events as lines, until the exit code. Everything heavy is imported only
 * when it is known to be needed, so that a wrong option answers at once.
 */
import { isatty } from 'node:tty';
import { readCommandLine } from './cli/command-line.ts';
import { systemClock } from './clock.ts';
import { defaultMaxViewers } from './cli/descriptors.ts';
import { BouncerError } from './errors.ts';
import { wantsConsole, type Front } from './run/front.ts';
import { drained, EventLines, writeWithoutWaiting } from './run/event-lines.ts';
import { launch } from './run/launch.ts';
import { Lifetime } from './run/lifetime.ts';
import type { Parsed } from './cli/options.ts';
import { headlessFront } from './run/headless-front.ts';
import { keepNurserySmall } from './run/nursery.ts';
import { ignoreSuspension, onStopSignals } from './run/signals.ts';

/** How long the last lines may take, in milliseconds; a reader that stalls gets no more. */
const LAST_LINES_MS = 500;

const { env, stdout, stderr } = process;

const say = (line: string): void => {
  stderr.write(`${line}\n`);
};

const frontFor = async (parsed: Parsed, lines: EventLines): Promise<Front> => {
  const console = wantsConsole({
    headless: parsed.headless,
    env,
    stdinIsTerminal: isatty(0),
    stdoutIsTerminal: isatty(1),
  });
  if (!console) return headlessFront(lines, say);
  const { ConsoleFront } = await import('./run/console-front.ts');
  ignoreSuspension(process);
  const terminal = { stdin: process.stdin, stdout, env, say };
  return new ConsoleFront(terminal, parsed.screen, lines, systemClock);
};

/** Runs until the end, and then ends the process. */
const run = async (parsed: Parsed): Promise<void> => {
  keepNurserySmall();
  const life = new Lifetime(systemClock);
  const lines = new EventLines(stdout, systemClock, (reason) =>
    say(`wsbouncer: stdout is closed (${reason}); the proxy goes on, its events are dropped`),
  );
  const front = await frontFor(parsed, lines);
  const stop = (): void => {
    // First, because it cannot wait: giving back a terminal might.
    life.stop();
    front.close();
  };
  onStopSignals(process, systemClock, stop);
  process.on('uncaughtException', (error) => {
    if (!front.fallBack(error)) life.fail(error);
  });
  launch(parsed, front.start, systemClock)
    .then((launched) => {
      life.begin(launched);
      front.show(launched, stop);
      if (parsed.command === 'demo' && parsed.forMs !== null) systemClock.after(parsed.forMs, stop);
    })
    .catch((error: unknown) => life.fail(error));

  const ending = await life.ended;
  front.close();
  const line = ending.code === 0 ? front.farewell() : ending.line;
  if (line !== null) say(line);
  await lines.flush(LAST_LINES_MS);
  await drained(stderr, systemClock, LAST_LINES_MS);
  // What drew the console shows the cursor once more at exit, on stderr, be that a file.
  stderr.write = () => true;
  process.exit(ending.code);
};

const main = async (): Promise<void> => {
  writeWithoutWaiting(stdout);
  writeWithoutWaiting(stderr);
  // A reader that left is nobody's error: events have their own answer, the rest is not missed.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  try {
    const commandLine = readCommandLine(process.argv.slice(2), env, defaultMaxViewers());
    if (commandLine.do === 'run') await run(commandLine.parsed);
    else stdout.write(commandLine.text);
  } catch (error) {
    if (!(error instanceof BouncerError)) throw error;
    say(error.line);
    process.exitCode = error.exitCode;
  }
};

await main();
