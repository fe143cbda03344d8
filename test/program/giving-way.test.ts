import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { threadsOf } from '../../bench/console/processes.ts';
import { startInTerminal } from '../support/pty.ts';
import { openDeskIn } from './operator.ts';

test('the thread that draws is nicer than the one that relays', async () => {
  const size = { cols: 120, rows: 40 };
  const desk = await openDeskIn((args) => startInTerminal(args, size));
  const threads = threadsOf(desk.pid);
  const usual = getPriority(0);
  expect(threads.find(({ id }) => id === desk.pid)?.nice).toBe(usual + 5);
  expect(threads.filter(({ name }) => name === 'relay').map(({ nice }) => nice)).toEqual([usual]);
});
