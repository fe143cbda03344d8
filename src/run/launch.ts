/**
 * Starts what the command line asks for, a proxy alone or the demo around one, and ends it in
 * the order that loses nothing. Where the proxy runs, in this thread or its own, is the
 * caller's choice.
 */
import type { Clock } from '../clock.ts';
import type { ControlDoors, ControlOptions, ProxyControl, ProxyOptions } from '../contract.ts';
import { BouncerError } from '../errors.ts';
import type { LogReport } from '../events.ts';
import type { Parsed } from '../cli/options.ts';

/** A proxy that listens. */
export type Listening = ProxyControl & {
  readonly address: string;
  /** Puts up what whoever keeps the events has to say. */
  readonly report: (report: LogReport) => void;
  /** Absent: it has no control socket. */
  readonly doors?: ControlDoors;
  /** Counts events that whoever reads stdout did not get. */
  readonly missed?: (count: number) => void;
};

/** Starts a proxy; rejects with a BouncerError of kind `environment` where it cannot listen. */
export type StartProxy = (options: ProxyOptions, control: ControlOptions) => Promise<Listening>;

/** What runs. */
export type Launched = {
  readonly control: Listening;
  /** The line that says how to join the demo; null without one. */
  readonly join: string | null;
  /**
   * Closes every viewer with 1001 and settles when all has ended; `now` waits for no viewer.
   * `actor` is who wants that, for the events; null: nobody by name.
   */
  readonly stop: (now: boolean, actor: string | null) => Promise<void>;
};

const stopProxy = async (control: Listening, now: boolean, actor: string | null): Promise<void> => {
  const by = actor === null ? {} : { actor };
  const result = await control.command({ do: 'stop', now, ...by });
  if (result.ok) await control.closed;
};

const startDemoProxy = async (
  start: StartProxy,
  options: ProxyOptions,
  { anyPort, control }: Extract<Parsed, { command: 'demo' }>,
): Promise<Listening> => {
  try {
    return await start(options, control);
  } catch (error) {
    const taken = error instanceof BouncerError && error.kind === 'environment';
    if (!taken || !anyPort || !('port' in options.listen)) throw error;
    return start({ ...options, listen: { ...options.listen, port: 0 } }, control);
  }
};

/** The sample viewers have names, unless the operator wants to try a header of his own. */
const named = (
  options: Omit<ProxyOptions, 'backend'>,
  { whoHeader, trustProxies }: Pick<ProxyOptions, 'whoHeader' | 'trustProxies'>,
): Omit<ProxyOptions, 'backend'> =>
  options.whoHeader === null
    ? { ...options, whoHeader, trustProxies: [...options.trustProxies, ...trustProxies] }
    : options;

const launchDemo = async (
  parsed: Extract<Parsed, { command: 'demo' }>,
  start: StartProxy,
  clock: Clock,
): Promise<Launched> => {
  const { startDemo } = await import('../demo/demo.ts');
  const demo = await startDemo(clock);
  try {
    const { backend, naming, page } = demo;
    const options = { ...named(parsed.options, naming), backend, page };
    const control = await startDemoProxy(start, options, parsed);
    demo.start(control.address, control);
    return {
      control,
      join: demo.join(control.address),
      stop: async (now, actor) => {
        await stopProxy(control, now, actor);
        await demo.stop();
      },
    };
  } catch (error) {
    await demo.stop();
    throw error;
  }
};

/** Starts it; rejects with a BouncerError where the machine says no. */
export const launch = async (
  parsed: Parsed,
  start: StartProxy,
  clock: Clock,
): Promise<Launched> => {
  if (parsed.command === 'demo') return launchDemo(parsed, start, clock);
  const control = await start(parsed.options, parsed.control);
  return { control, join: null, stop: (now, actor) => stopProxy(control, now, actor) };
};
