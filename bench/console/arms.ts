/**
 * The three programs that are compared, under the same options: the console, the relay's thread
 * without a console, and the plain headless program that has one thread for everything.
 */
import { fileURLToPath } from 'node:url';
import { programFile } from '../../test/support/child-environment.ts';
import { startInTerminal, type TerminalRun } from '../../test/support/pty.ts';
import { startHeadless } from './children.ts';

/** What is compared. */
export type ArmName = 'console' | 'thread' | 'plain';

/** One of them, running. */
export type Arm = {
  readonly pid: number;
  readonly port: number;
  /** Changes of state that it reported so far; null where it reports none. */
  readonly changes: (() => number) | null;
  readonly terminal: TerminalRun | null;
  readonly stop: () => Promise<void>;
};

/** The terminal of the console under test. */
const SIZE = { cols: 120, rows: 40 } as const;

/** What every arm is started with. */
export type ArmOptions = {
  readonly backendPort: number;
  readonly viewers: number;
  readonly cap: number;
  readonly pingIntervalMs: number;
};

const argsOf = (options: ArmOptions): string[] => [
  '--listen=127.0.0.1:0',
  `--backend=ws://127.0.0.1:${options.backendPort}/{session}`,
  `--cap=${options.cap}`,
  `--max-viewers=${options.viewers}`,
  `--ping-interval=${options.pingIntervalMs}ms`,
];

const relayThread = fileURLToPath(new URL('relay-thread.ts', import.meta.url));

/** Starts the console in a terminal of its own. */
export const startConsole = async (
  options: ArmOptions,
): Promise<Arm & { readonly terminal: TerminalRun }> => {
  const terminal = startInTerminal(argsOf(options), SIZE);
  const address = /ws:\/\/127\.0\.0\.1:(\d+)/;
  const [title = ''] = await terminal.until(address, 'where the proxy listens');
  return {
    pid: terminal.pid,
    port: Number(address.exec(title)?.[1]),
    changes: null,
    terminal,
    stop: async () => {
      terminal.signal('SIGTERM');
      await terminal.exited();
    },
  };
};

/** Starts one of them. */
export const startArm = async (name: ArmName, options: ArmOptions): Promise<Arm> => {
  if (name === 'console') return startConsole(options);
  const args = argsOf(options);
  const running = await (name === 'thread'
    ? startHeadless(relayThread, args)
    : startHeadless(programFile, [...args, '--headless']));
  return { ...running, changes: name === 'plain' ? running.changes : null, terminal: null };
};
