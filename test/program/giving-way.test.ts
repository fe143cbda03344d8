import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { startInTerminal } from '../support/pty.ts';
import { openDeskIn } from './operator.ts';

/** How nice each thread is, with its name; proc_pid_stat(5). */
const threadsOf = (pid: number) =>
  readdirSync(`/proc/${pid}/task`).map((id) => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    const nameEnds = stat.lastIndexOf(')');
    const name = stat.slice(stat.indexOf('(') + 1, nameEnds);
    return { id: Number(id), name, nice: Number(stat.slice(nameEnds + 2).split(' ')[16]) };
  });

test('the thread that draws is nicer than the one that relays', async () => {
  const size = { cols: 120, rows: 40 };
  const desk = await openDeskIn((args) => startInTerminal(args, size));
  const threads = threadsOf(desk.pid);
  const usual = getPriority(0);
  expect(threads.find(({ id }) => id === desk.pid)?.nice).toBe(usual + 5);
  expect(threads.filter(({ name }) => name === 'relay').map(({ nice }) => nice)).toEqual([usual]);
});
