/** The proxy's process as the soak sees it: started, asked, ended. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command, CommandResult, ProxyOptions } from '../../src/contract.ts';
import { childEnvironment } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { endProgram } from '../support/ending.ts';
import { within } from '../support/within.ts';
import type { Figures } from './observation.ts';
import type { Answers, Asked, Order, Sighting, Told } from './orders.ts';

/** Longest wait for an answer, in milliseconds: beyond every stall. */
const PATIENCE_MS = 20_000;

/**
 * glibc keeps what is freed, by far more than all that is in use, and the more the busier the
 * machine was. Told to give large blocks back at once, memory that stays is memory that leaks.
 */
const FRUGAL = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

/** The running proxy. */
export type Target = {
  readonly address: string;
  readonly command: (command: Command) => Promise<CommandResult>;
  readonly watch: (watchers: number) => Promise<null>;
  readonly stall: (forMs: number) => Promise<null>;
  /** `collected`: after what can be collected was. */
  readonly figures: (collected: boolean) => Promise<Figures>;
  /** Stops the proxy and ends its process. */
  readonly stop: () => Promise<void>;
};

/** Starts the proxy in a process of its own; `onSighting` is called for all that is seen there. */
export const startTarget = async (
  options: ProxyOptions,
  onSighting: (sighting: Sighting) => void,
): Promise<Target> => {
  const child = fork(fileURLToPath(new URL('proxy-child.ts', import.meta.url)), [], {
    env: childEnvironment({ NODE_ENV: 'production', ...FRUGAL }),
    execArgv: ['--expose-gc'],
    // Ctrl-C ends the soak, not the proxy under it.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const ended = once(child, 'exit');
  const waiting = new Map<number, (value: unknown) => void>();
  let number = 0;
  let isStopping = false;
  const fault = (what: string): void =>
    onSighting({ ms: performance.timeOrigin + performance.now(), on: 'fault', what });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => fault(`says: ${text}`));
  child.on('exit', (code, signal) => {
    if (!isStopping) fault(`has ended (${code ?? signal})`);
  });
  child.on('message', (message) => {
    const told = message as Told;
    if (told.told === 'sightings') {
      for (const sighting of told.sightings) onSighting(sighting);
      return;
    }
    waiting.get(told.number)?.(told.value);
    waiting.delete(told.number);
  });
  onCleanup(() => {
    isStopping = true;
    return endProgram((signal) => child.kill(signal), ended);
  });
  const ask = async <Kind extends keyof Answers>(
    order: Extract<Order, { do: Kind }>,
  ): Promise<Answers[Kind]> => {
    number += 1;
    const asked: Asked = { number, order };
    const answer = new Promise((resolve) => {
      waiting.set(asked.number, resolve);
    });
    child.send(asked);
    const value = await within(`the proxy's answer to ${order.do}`, answer, { ms: PATIENCE_MS });
    return value as Answers[Kind];
  };
  const { address } = await ask({ do: 'start', options });
  return {
    address,
    command: (command) => ask({ do: 'command', command }),
    watch: (watchers) => ask({ do: 'watch', watchers }),
    stall: (forMs) => ask({ do: 'stall', forMs }),
    figures: (collected) => ask({ do: 'figures', collected }),
    stop: async () => {
      await ask({ do: 'command', command: { do: 'stop', now: false } });
      isStopping = true;
      child.disconnect();
      await within('the end of the proxy', ended);
    },
  };
};
