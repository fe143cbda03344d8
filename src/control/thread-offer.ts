/**
 * The worker's side of the relay's thread: starts a proxy there, says where it listens or why
 * it could not, and offers it on the port that came with the thread.
 */
import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';

import type { ControlDoors, ControlOptions, ProxyControl, ProxyOptions } from '../contract.ts';
import type { ErrorKind } from '../errors.ts';
import { BouncerError } from '../errors.ts';
import type { LogReport, ProxyEvent } from '../events.ts';
import { portCarrier } from './carrier.ts';
import { serve } from './serve.ts';

/** A proxy that listens at `address`: `127.0.0.1:8080`, `[::1]:8080` or `unix:/path.sock`. */
export type ListeningProxy = ProxyControl & {
  readonly address: string;
  /** Puts up what whoever keeps the events has to say; no message of a link does that. */
  readonly report: (report: LogReport) => void;
  /** Absent: it is controlled over its link alone. */
  readonly doors?: ControlDoors;
  /** Counts events that whoever reads stdout did not get. */
  readonly missed?: (count: number) => void;
};

/** What the main thread says besides what goes over the link. */
export type Aside = LogReport | { readonly missed: number };

/** What the main thread hands to the worker. */
export type ThreadData = {
  readonly options: ProxyOptions;
  readonly control: ControlOptions;
  /** The counter of viewer ids; it outlives the thread. */
  readonly ids: SharedArrayBuffer;
  /** The worker's end of the control link. */
  readonly port: MessagePort;
  /** Whether the first events, those from before anybody can listen, are to be kept. */
  readonly listening: boolean;
};

/** How the start went. */
export type StartReport =
  | { readonly ok: true; readonly address: string; readonly doors?: ControlDoors }
  | {
      readonly ok: false;
      readonly kind: ErrorKind;
      readonly message: string;
      readonly remedy: string;
    };

/** Starts a proxy in this thread; events go to `onEvent` from the very first. */
export type StartInThread = (
  options: ProxyOptions,
  ids: SharedArrayBuffer,
  onEvent: (event: ProxyEvent) => void,
  control: ControlOptions,
) => Promise<ListeningProxy>;

/** To be called once, in the worker. What `start` throws is a bug unless it is a `BouncerError`. */
export const offerFromThread = async (start: StartInThread): Promise<void> => {
  const { options, control, ids, port, listening } = workerData as ThreadData;
  let early: ProxyEvent[] | null = listening ? [] : null;
  try {
    const proxy = await start(options, ids, (event) => early?.push(event), control);
    const events: ProxyControl['events'] = (onEvent) => {
      for (const event of early ?? []) {
        onEvent(event);
      }
      early = null;
      return proxy.events(onEvent);
    };
    parentPort?.on('message', (told: Aside) => {
      if ('missed' in told) proxy.missed?.(told.missed);
      else proxy.report(told);
    });
    // Hearing that is no reason for the thread to live on.
    parentPort?.unref();
    const { address, doors } = proxy;
    report({ ok: true, address, ...(doors ? { doors } : {}) });
    serve({ watch: proxy.watch, events, command: proxy.command, closed: proxy.closed })(
      portCarrier(port),
    );
  } catch (error) {
    if (!(error instanceof BouncerError)) {
      throw error;
    }
    const { kind, message, remedy } = error;
    report({ ok: false, kind, message, remedy });
  }
};

const report = (outcome: StartReport): void => parentPort?.postMessage(outcome);
