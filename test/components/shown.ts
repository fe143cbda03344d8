/** The console on a terminal in memory, in front of a proxy whose events a test makes. */
import { expect } from 'vitest';
import {
  type ConsoleSettings,
  showConsole,
  type ShownConsole,
} from '../../components/show-console.tsx';
import { plainSettings } from '../../src/console/state.ts';
import type { ProxyControl } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { smallWorld } from '../console/worlds.ts';
import { onCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeControl, type World } from '../support/fake-control.ts';
import { FakeTerminal } from '../support/fake-terminal.ts';
import { turn } from '../support/turns.ts';

const plainConsole: ConsoleSettings = {
  ...plainSettings,
  ascii: false,
  color: true,
  env: {},
  save: () => Promise.reject(new Error('nobody writes here')),
};

/** Shows it. */
export const show = async (
  settings: Partial<ConsoleSettings> = {},
  columns = 80,
  rows = 24,
  world: World = smallWorld,
) => {
  const terminal = new FakeTerminal(columns, rows);
  const control = new FakeControl(world);
  const clock = new FakeClock();
  const ears = new Set<(event: ProxyEvent) => void>();
  const proxy: { -readonly [Part in keyof ProxyControl]: ProxyControl[Part] } = {
    watch: control.watch,
    closed: control.closed,
    command: (command) => control.command(command),
    events: (onEvent) => {
      ears.add(onEvent);
      return () => void ears.delete(onEvent);
    },
  };
  const shown: ShownConsole = showConsole(
    proxy,
    terminal,
    { ...plainConsole, join: 'join: here', ...settings },
    clock,
  );
  onCleanup(shown.close);
  await control.show();
  const type = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      terminal.type(key);
      await turn();
      await turn();
    }
  };
  return {
    terminal,
    control,
    proxy,
    clock,
    shown,
    type,
    /** Something happens. */
    tell: (event: ProxyEvent): void => {
      for (const ear of ears) ear(event);
    },
    /** Who listens to the events. */
    ears: () => ears.size,
  };
};

/** The terminal is as it was before. */
export const givenBack = async (terminal: FakeTerminal): Promise<void> => {
  expect(await terminal.shows()).toBe('normal');
  expect(terminal.raw).toBe(false);
  // Cursor shown, pasted text unmarked, plain text: each after the last time it was otherwise.
  const last = (sequence: string): number => terminal.written.lastIndexOf(sequence);
  expect(last('\u001B[?25h')).toBeGreaterThanOrEqual(last('\u001B[?25l'));
  expect(last('\u001B[?2004l')).toBeGreaterThan(last('\u001B[?2004h'));
  expect(last('\u001B[0m')).toBeGreaterThan(-1);
};
