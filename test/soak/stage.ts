/** What actors stand on: time that ends with the phase, addresses, and somebody to tell. */
import { WebSocket } from 'ws';
import { systemClock } from '../../src/clock.ts';
import { RawViewer, type RawViewerOptions } from '../support/raw-viewer.ts';
import type { Observation } from './observation.ts';
import type { Step, ViewerKind } from './plan.ts';
import type { Random } from '../support/random.ts';

/** What a viewer does, from the plan. */
export type ViewerStep = Extract<Step, { readonly do: 'view' }>;

type Told = Extract<Observation, { on: 'lost' | 'changed' | 'farewell' | 'overdue' }>;

/** What an actor may say. */
export type Telling = Told extends infer One
  ? One extends unknown
    ? Omit<One, 'at'>
    : never
  : never;

/** A wait that ends at the latest with the phase. */
export class Curtain {
  readonly #waits = new Set<() => void>();
  #fallen = false;

  /** The phase is over. */
  get fallen(): boolean {
    return this.#fallen;
  }

  /** Ends every wait. */
  readonly fall = (): void => {
    this.#fallen = true;
    for (const end of this.#waits) end();
    this.#waits.clear();
  };

  /** Resolves after `ms`, or when the phase is over, or once `sooner` has settled. */
  readonly wait = (ms: number, sooner?: Promise<unknown>): Promise<void> => {
    // Nobody may be there any more when it rejects.
    sooner?.catch(() => undefined);
    if (this.#fallen) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this.#waits.delete(end);
        resolve();
      };
      const cancel = systemClock.after(ms, end);
      this.#waits.add(end);
      sooner?.then(end, end);
    });
  };
}

/** One actor's view of the stage. */
export type Stage = {
  readonly curtain: Curtain;
  readonly random: Random;
  readonly step: ViewerStep;
  /** The address that the proxy is told; everybody has one of their own, but for the naive. */
  readonly remote: string;
  readonly tell: (telling: Telling) => void;
  /** A round trip of a good viewer, with its beginning; milliseconds of this process. */
  readonly roundTrip: (from: number, ms: number) => void;
  /** A handshake of a naive viewer was begun. */
  readonly attempted: () => void;
  /** Whether the backend's port was closed a moment ago. */
  readonly wasOut: () => boolean;
  /** Where viewers connect. */
  readonly address: string;
};

/** The headers by which the proxy knows an actor. */
export const namesOf = (remote: string, as: ViewerKind): Record<string, string> => ({
  'X-Forwarded-For': remote,
  'X-Soak': as,
});

const urlOf = ({ address, step }: Stage, session: string): string =>
  `ws://${address}/ws/${session}?seed=${step.seed}`;

/** A viewer of which the actor decides every byte; the actor ends it. */
export const raw = (
  stage: Stage,
  options: RawViewerOptions = {},
  session = stage.step.session,
): RawViewer => {
  const { remote, step } = stage;
  const extraHeaders = { ...namesOf(remote, step.as), ...options.extraHeaders };
  return new RawViewer(urlOf(stage, session), { ...options, extraHeaders });
};

/** A viewer that speaks through `ws`; the actor ends it. */
export const polite = (stage: Stage, deflate: boolean): WebSocket => {
  const { remote, step } = stage;
  const ws = new WebSocket(urlOf(stage, step.session), {
    headers: namesOf(remote, step.as),
    perMessageDeflate: deflate,
  });
  // What went wrong shows in the Close.
  ws.on('error', () => undefined);
  return ws;
};

/** Reads at an even pace; `RawPeer` alone would go on for ever with one that is gone. */
export const readSteadily = (viewer: RawViewer, bytesPerSecond: number): void => {
  if (!viewer.socket.destroyed) viewer.readSteadily(bytesPerSecond);
};

/** Longest time to an answer to a handshake: every hold, dial and stall together. */
const ANSWER_MS = 15_000;

/** Whether the handshake was answered with 101; a connection that ended meanwhile was not. */
export const isOpen = async (
  { curtain, tell, step }: Stage,
  viewer: RawViewer,
): Promise<boolean> => {
  let status: number | null = null;
  const answer = viewer.open({ ms: ANSWER_MS }).then(
    (one) => {
      status = one.status;
    },
    (error: Error) => {
      if (!error.message.startsWith('waited')) return;
      tell({ on: 'overdue', actor: step.as, what: `${step.session}: ${error.message}` });
    },
  );
  await curtain.wait(ANSWER_MS + 1_000, answer);
  return status === 101;
};

/** Waits for the end of a viewer that the proxy owes one; `what` is what it did. */
export const endOwed = async (
  { curtain, tell, step }: Stage,
  viewer: RawViewer,
  what: string,
): Promise<void> => {
  const ended = viewer.closed({ ms: step.forMs }).catch(() => {
    tell({ on: 'overdue', actor: step.as, what: `${what}, and is there after ${step.forMs} ms` });
  });
  await curtain.wait(step.forMs + 1_000, ended);
};
