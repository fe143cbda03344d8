/**
 * The proxy in a thread of its own, so that neither drawing nor a terminal that stopped reading
 * can delay a frame or a deadline. If that thread dies of a bug it is started once more, at the
 * same address, and the same control goes on with the new one; a second death is the end.
 */
import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { MessageChannel, Worker } from 'node:worker_threads';

import type {
  Command,
  CommandResult,
  ControlDoors,
  ControlOptions,
  ListenAddress,
  ProxyOptions,
} from '../contract.ts';
import { BouncerError } from '../errors.ts';
import type { LogReport, ProxyEvent } from '../events.ts';
import { portCarrier } from './carrier.ts';
import type { OnFault } from './client.ts';
import { ControlClient } from './client.ts';
import { KeptOrders } from './kept-orders.ts';
import type { Aside, ListeningProxy, StartReport, ThreadData } from './thread-offer.ts';

/** Who is told what, and who else may ask. */
export type ThreadDeps = {
  /** Absent: there is no control socket. */
  readonly control?: ControlOptions;
  /** Every event from the very first on, those of a second thread too. */
  readonly onEvent?: (event: ProxyEvent) => void;
  /** The thread died, for this reason, and is started once more; all its viewers are gone. */
  readonly onRestart?: (reason: string) => void;
  /** See `ControlClient`; it also gets what `onEvent` and `onRestart` throw. */
  readonly onFault?: OnFault;
};

/** The end of a thread: the proxy stopped and said so, or the thread died. */
type ThreadEnd = { readonly died: boolean; readonly reason: string };

type Running = {
  readonly address: string;
  readonly doors: ControlDoors | null;
  readonly end: Promise<ThreadEnd>;
  readonly say: (aside: Aside) => void;
};

/** The worker's file beside a module of this folder: source under source, build under build. */
export const workerBeside = (module: string): URL =>
  new URL(module.endsWith('.ts') ? './thread-worker.ts' : './thread-worker.js', module);

/**
 * Starts the proxy in a worker thread. Rejects with what `startProxy` rejects with. `closed`
 * settles with the proxy's own last word (`stopped`, `drained`) after the thread has ended, or with how it
 * died; by then nothing keeps the process alive.
 */
export const startThread = async (
  options: ProxyOptions,
  deps: ThreadDeps = {},
  workerUrl: URL = workerBeside(import.meta.url),
): Promise<ListeningProxy> => {
  const client = new ControlClient(deps.onFault);
  if (deps.onEvent) {
    client.events(deps.onEvent);
  }
  const ids = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const kept = new KeptOrders(options.cap);
  client.events((event) => kept.note(event));
  let stopping = false;

  const { control = noControl } = deps;
  const first = await launch(client, { options, control, ids }, workerUrl);
  let running = first;
  let outage: LogReport | null = null;

  const live = async (): Promise<string> => {
    const { died, reason } = await first.end;
    if (!died || stopping) {
      return reason;
    }
    try {
      deps.onRestart?.(reason);
    } catch (fault) {
      client.report(fault);
    }
    // It was closed with the thread, and another one may have its number by now.
    if ('fd' in options.listen) return `${reason}, and its socket was handed over only once`;
    const listen = sameAddress(options.listen, first.address);
    const again = { ...options, listen, cap: kept.cap };
    try {
      const same = sameDoors(control, first.doors);
      const second = await launch(client, { options: again, control: same, ids }, workerUrl);
      running = second;
      if (outage !== null) second.say(outage);
      await Promise.all(kept.commands.map((each) => client.command(each)));
      return (await second.end).reason;
    } catch (error) {
      return `${reason}, and could not be started again: ${inWords(error)}`;
    }
  };
  void live().then((reason) => client.end(reason));

  const command = (wanted: Command): Promise<CommandResult> => {
    stopping ||= wanted.do === 'stop';
    return client.command(wanted);
  };
  const report = (told: LogReport): void => {
    outage = told.event === 'log.failed' ? told : null;
    running.say(told);
  };
  const missed = (count: number): void => running.say({ missed: count });
  const { watch, events, closed } = client;
  const doors = first.doors === null ? {} : { doors: first.doors };
  return { address: first.address, watch, events, command, closed, report, missed, ...doors };
};

const launch = async (
  client: ControlClient,
  given: Pick<ThreadData, 'options' | 'control' | 'ids'>,
  workerUrl: URL,
): Promise<Running> => {
  const { port1, port2 } = new MessageChannel();
  const workerData: ThreadData = { ...given, port: port2, listening: client.listening };
  const worker = new Worker(workerUrl, {
    name: 'relay',
    workerData,
    transferList: [port2],
    // Flags of the main thread have no business beside the relay; NODE_OPTIONS holds for both.
    execArgv: [],
    // The screen is the main thread's: a warning of Node must not be written across it.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  let bug: unknown = null;
  worker.on('error', (error) => {
    bug = error;
  });
  const exited = new Promise<number>((resolve) => {
    worker.once('exit', resolve);
  });
  const reported = new Promise<StartReport>((resolve) => {
    worker.once('message', resolve);
  });
  const linkEnd = client.use(portCarrier(port1));
  const death = (code: number): string =>
    `the relay's thread died (${bug === null ? `exit code ${code}` : inWords(bug)})`;

  const start = await Promise.race([reported, exited]);
  if (typeof start === 'number') {
    throw bug ?? new Error(death(start));
  }
  if (!start.ok) {
    await worker.terminate();
    throw new BouncerError(start.kind, start.message, start.remedy);
  }
  const sweep = sweeper(start.doors?.socketPath ?? null);
  const end = async (): Promise<ThreadEnd> => {
    const { said, reason } = await linkEnd;
    // Dead already, or stopped and idle, or, against all expectation, running without a link.
    await worker.terminate();
    if (!said) sweep();
    return said ? { died: false, reason } : { died: true, reason: death(await exited) };
  };
  const say = (aside: Aside): void => worker.postMessage(aside);
  return { address: start.address, doors: start.doors ?? null, end: end(), say };
};

const fileAt = (path: string): Stats | null => {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
};

/** Takes away the control socket that stands there now, which a dead thread does not do itself. */
const sweeper = (path: string | null): (() => void) => {
  const own = path === null ? null : fileAt(path);
  return () => {
    if (path === null || own === null) return;
    const there = fileAt(path);
    if (there === null || there.dev !== own.dev || there.ino !== own.ino) return;
    // Where it may not be removed, the next one who starts there says so.
    try {
      unlinkSync(path);
    } catch {
      return;
    }
  };
};

const noControl: ControlOptions = {
  socketPath: null,
  listen: null,
  isPublic: false,
  tokenFile: null,
  token: null,
  maxStreamsPerAddress: 1,
};

/** What was asked for, where it was to be had. */
const sameDoors = (control: ControlOptions, doors: ControlDoors | null): ControlOptions => {
  const { listen } = control;
  const port = Number(/\d+$/.exec(doors?.tcp ?? '')?.[0] ?? listen?.port);
  return {
    ...control,
    socketPath: doors?.socketPath ?? control.socketPath,
    listen: listen === null ? null : { ...listen, port },
  };
};

const sameAddress = (listen: ListenAddress, address: string): ListenAddress =>
  'port' in listen
    ? { host: listen.host, port: Number(address.slice(address.lastIndexOf(':') + 1)) }
    : listen;

/** One line; an error's stack is for whoever debugs, not for the operator. */
const inWords = (error: unknown): string => {
  const words = error instanceof BouncerError ? error.message : String(error);
  return words.split('\n', 1)[0] ?? words;
};
