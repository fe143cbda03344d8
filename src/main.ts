/**
 * The composition root: command line -> options -> a proxy, alone or in the demo, under the
 * console or with its events as lines, until the exit code. Everything heavy is imported only
 * when it is known to be needed, so that a wrong option answers at once.
 */
import { isatty } from 'node:tty';
import { readCommandLine, type CommandLine } from './cli/command-line.ts';
import { systemClock } from './clock.ts';
import { defaultMaxViewers } from './cli/descriptors.ts';
import { BouncerError } from './errors.ts';
import type { AttachWish } from './run/attach-front.ts';
import { BackgroundChild } from './run/background-child.ts';
import { namedLog, openOwnLog, placeOf } from './run/background-log.ts';
import { wantsConsole, type Front, type Outlets } from './run/front.ts';
import { drained, EventLines, writeWithoutWaiting } from './run/event-lines.ts';
import { KeptEvents } from './run/kept-events.ts';
import { launch } from './run/launch.ts';
import { Lifetime } from './run/lifetime.ts';
import type { Parsed } from './cli/options.ts';
import type { ProxyEvent } from './events.ts';
import { headlessFront } from './run/headless-front.ts';
import { keepNurserySmall } from './run/nursery.ts';
import type { ServiceManager } from './run/service-manager.ts';
import { ignoreSuspension, onReopenSignal, onStopSignals } from './run/signals.ts';

/** How long the last lines may take, in milliseconds; a reader that stalls gets no more. */
const LAST_LINES_MS = 500;

/** Likewise for the last lines of the event log: it is on record, so it gets some more. */
const LAST_EVENTS_MS = 2000;

const { env, stdout, stderr } = process;

const say = (line: string): void => {
  stderr.write(`${line}\n`);
};

const hasTerminal = (): boolean => isatty(0) && isatty(1);

const isForConsole = (headless: boolean): boolean =>
  wantsConsole({ headless, env, stdinIsTerminal: isatty(0), stdoutIsTerminal: isatty(1) });

const frontFor = async (parsed: Parsed, outlets: Outlets, inside: boolean): Promise<Front> => {
  // The caller of a proxy in the background says how to join.
  if (inside) return headlessFront(outlets, () => {});
  if (!isForConsole(parsed.headless)) return headlessFront(outlets, say);
  const { ConsoleFront } = await import('./run/console-front.ts');
  ignoreSuspension(process);
  const isThere = parsed.keepOnHangup ? hasTerminal : null;
  const terminal = { stdin: process.stdin, stdout, env, say, isThere };
  return new ConsoleFront(terminal, parsed.screen, outlets, systemClock);
};

const managerIfAny = async (tell: (line: string) => void): Promise<ServiceManager | null> => {
  if (env['NOTIFY_SOCKET'] === undefined) return null;
  const { ServiceManager } = await import('./run/service-manager.ts');
  const processes = [process.pid, process.ppid];
  return ServiceManager.of({ env, processes, clock: systemClock, say: tell });
};

/** Runs until the end, and then ends the process. */
const run = async (parsed: Parsed, child: BackgroundChild | null): Promise<void> => {
  keepNurserySmall();
  const tell = child?.say ?? say;
  const events = new KeptEvents(systemClock, parsed.background !== null);
  const named = namedLog(parsed);
  if (named !== null) await events.openAt(named);
  onReopenSignal(process, events.reopen);
  const manager = await managerIfAny(tell);
  const life = new Lifetime(systemClock);
  const lines = new EventLines(stdout, systemClock, (reason) =>
    tell(`wsbouncer: stdout is closed (${reason}); the proxy goes on, its events are dropped`),
  );
  const keep = (event: ProxyEvent): void => {
    events.write(event);
    manager?.heard(event);
  };
  const front = await frontFor(parsed, { lines, keep }, child !== null);
  const stop = (actor: string | null, atOnce = false): void => {
    // First, because it cannot wait: giving back a terminal might.
    life.stop(actor, atOnce);
    manager?.stopping();
    front.close();
  };
  onStopSignals(process, systemClock, (signal) => {
    if (signal === 'SIGHUP' && parsed.keepOnHangup) {
      front.hangUp();
      return;
    }
    // What runs others for a living sends it, and waits. The console goes on showing who is left.
    if (signal === 'SIGTERM' && life.drain(parsed.drainWindowMs)) return;
    stop('signal', life.isDraining);
  });
  child?.whenLeft(() => stop(null, true));
  process.on('uncaughtException', (error) => {
    if (!front.fallBack(error)) life.fail(error);
  });
  launch(parsed, front.start, systemClock)
    .then(async (launched) => {
      await openOwnLog(parsed, launched, events);
      events.reportTo(launched.control.report);
      lines.onDropped = (count) => launched.control.missed?.(count);
      life.begin(launched);
      front.show(launched, () => stop('console'));
      if (parsed.command === 'demo' && parsed.forMs !== null)
        systemClock.after(parsed.forMs, () => stop('--for'));
      manager?.serves(launched.control);
      await child?.ready(placeOf(parsed, launched));
    })
    .catch((error: unknown) => life.fail(error));

  const ending = await life.ended;
  front.close();
  // Begun here, so that the last event stands before the last word.
  const flushed = lines.flush(LAST_LINES_MS);
  const line = ending.code === 0 ? front.farewell() : ending.line;
  if (child !== null && !child.hasTold) await child.failed(ending.code, ending.line);
  else if (line !== null) tell(line);
  const [kept] = await Promise.all([
    events.end(LAST_EVENTS_MS),
    flushed,
    manager?.end(LAST_LINES_MS),
  ]);
  if (kept.missing > 0) {
    tell(`wsbouncer: the event log misses its last ${kept.missing} lines: ${kept.detail}`);
  }
  await drained(stderr, systemClock, LAST_LINES_MS);
  // What drew the console shows the cursor once more at exit, on stderr, be that a file.
  stderr.write = () => true;
  process.exit(ending.code);
};

/** Asks a proxy that runs. */
const askRunning = async (commanded: Extract<CommandLine, { do: 'order' }>): Promise<void> => {
  const { carryOut } = await import('./remote/carry-out.ts');
  const { order, client } = commanded;
  const stdoutIsTerminal = isatty(1);
  const parts = { stdin: process.stdin, stdout, stdoutIsTerminal, env, say, clock: systemClock };
  process.exitCode = await carryOut(order, client, parts);
};

/** Shows the console of a proxy that runs, and then ends the process. */
const showAttached = async (wish: AttachWish): Promise<void> => {
  const { runAttached } = await import('./run/run-attached.ts');
  const terminal = { stdin: process.stdin, stdout, env };
  const code = await runAttached(wish, { ...terminal, say, clock: systemClock });
  await drained(stderr, systemClock, LAST_LINES_MS);
  // As after a run of its own.
  stderr.write = () => true;
  process.exit(code);
};

const attachTo = async ({
  client,
  screen,
}: Extract<CommandLine, { do: 'attach' }>): Promise<void> => {
  const { needsTerminal } = await import('./run/attach-front.ts');
  if (!isForConsole(false)) throw needsTerminal();
  const { ownName } = await import('./remote/carry-out.ts');
  const { placeFor } = await import('./remote/place.ts');
  const to = await placeFor(client, { env, uid: process.getuid?.() ?? 0 }, 'attach');
  const actor = client.actor ?? ownName(process.pid);
  await showAttached({ to, actor, screen, join: null, endsWithProxy: false });
};

/** Starts it in the background, says where it is, and shows it where there is a terminal. */
const runInBackground = async ({ background, screen }: Parsed): Promise<void> => {
  const { startInBackground } = await import('./run/background.ts');
  const { execPath, execArgv, argv } = process;
  const program = { execPath, execArgv, args: argv.slice(1), env };
  const place = await startInBackground(program, systemClock, { stdout, say });
  if (place.code !== null) process.exitCode = place.code;
  else if (place.socketPath !== null && background?.attach === true && isForConsole(false)) {
    const { socketPath, join } = place;
    const { ownName } = await import('./remote/carry-out.ts');
    const actor = ownName(process.pid);
    await showAttached({ to: { socketPath }, actor, screen, join, endsWithProxy: true });
  }
};

/** Shows the console on an event log, and then ends the process. */
const replayLog = async (wish: Extract<CommandLine, { do: 'replay' }>): Promise<void> => {
  const { runReplay } = await import('./run/replay-front.ts');
  const canDraw = (stdinIsTerminal: boolean): boolean =>
    wantsConsole({ headless: false, env, stdinIsTerminal, stdoutIsTerminal: isatty(1) });
  const parts = { stdin: process.stdin, stdout, env, say, clock: systemClock, canDraw };
  const code = await runReplay(wish, parts);
  await drained(stderr, systemClock, LAST_LINES_MS);
  // As after a run of its own.
  stderr.write = () => true;
  process.exit(code);
};

const main = async (): Promise<void> => {
  writeWithoutWaiting(stdout);
  writeWithoutWaiting(stderr);
  // A reader that left is nobody's error: events have their own answer, the rest is not missed.
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const child = BackgroundChild.of(process, systemClock);
  try {
    const commandLine = readCommandLine(process.argv.slice(2), env, defaultMaxViewers());
    if (commandLine.do === 'print') stdout.write(commandLine.text);
    else if (commandLine.do === 'run' && commandLine.parsed.background !== null && child === null) {
      await runInBackground(commandLine.parsed);
    } else if (commandLine.do === 'run') await run(commandLine.parsed, child);
    else if (commandLine.do === 'order') await askRunning(commandLine);
    else if (commandLine.do === 'attach') await attachTo(commandLine);
    else await replayLog(commandLine);
  } catch (error) {
    if (!(error instanceof BouncerError)) throw error;
    if (child === null) say(error.line);
    else await child.failed(error.exitCode, error.line);
    process.exitCode = error.exitCode;
  }
};

await main();
