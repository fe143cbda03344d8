/** Storms of newcomers, made in a process of their own; see `storm-client.ts`. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import { onCleanup } from './cleanup.ts';
import { within } from './within.ts';

/** What a storm does, phase by phase. */
export type StormOrder = {
  readonly host: string;
  readonly port: number;
  /** Null: every newcomer invents a session of its own. */
  readonly session: string | null;
  /** A newcomer without an end is cut off after this time. */
  readonly patienceMs: number;
  readonly phases: readonly {
    readonly forMs: number;
    /** Over before that time once so many connections have ended. */
    readonly enough?: number;
    /** So many newcomers a second, whatever comes of them. */
    readonly connectsPerSecond?: number;
    /** So many pages that connect again as soon as their connection is gone. */
    readonly pages?: number;
  }[];
};

/** What came of a storm. */
export type StormReport = {
  readonly started: number;
  /** Due, but left out, because too many were open at once. */
  readonly unstarted: number;
  readonly mostOpen: number;
  /** What each phase reached. */
  readonly perSecond: readonly number[];
  /** How connections ended: a close code, an HTTP status, an error, `no answer`, `cut off`. */
  readonly outcomes: Readonly<Record<string, number>>;
};

/** A storm that rages. */
export type Storm = {
  /** Settles when all phases are over and every connection has ended. */
  readonly over: Promise<StormReport>;
  /** Ends it before its time. */
  readonly calm: () => Promise<StormReport>;
};

/** Lets a storm loose on `address`; it ends with the test at the latest. */
export const startStorm = (address: string, order: Omit<StormOrder, 'host' | 'port'>): Storm => {
  const [host = '', port = ''] = address.split(':');
  const child = fork(fileURLToPath(new URL('storm-client.ts', import.meta.url)), [], {
    env: childEnvironment(),
    execArgv: [],
  });
  onCleanup(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const { promise, resolve, reject } = Promise.withResolvers<StormReport>();
  child.on('message', (report) => resolve(report as StormReport));
  child.on('exit', (code, signal) => reject(new Error(`the storm ended with ${code ?? signal}`)));
  promise.catch(() => undefined);
  child.send({ ...order, host, port: Number(port) } satisfies StormOrder);
  const lastsMs = order.phases.reduce((sum, { forMs }) => sum + forMs, 0);
  const over = within('the storm to be over', promise, { ms: lastsMs + 15_000 });
  over.catch(() => undefined);
  return {
    over,
    calm: () => {
      child.send('enough');
      return over;
    },
  };
};
