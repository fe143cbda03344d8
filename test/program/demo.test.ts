import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closeOf, connectViewer, received } from '../support/viewer.ts';
import { aftermath, asBefore, startProgram } from './operator.ts';

/** The URLs in the line that says how to join. */
const joinOn = (screen: readonly string[]) => {
  const [, page, url] = /^ open: (\S+) {2}join: (\S+)$/m.exec(screen.join('\n')) ?? [];
  if (page === undefined || url === undefined) {
    throw new Error(`no way to join on\n${screen.join('\n')}`);
  }
  return { page, url };
};

/** Joins as a newcomer does, and hears something. */
const visit = async (screen: readonly string[]) => {
  const { page, url } = joinOn(screen);
  expect(await (await fetch(page)).text()).toContain('<title>wsbouncer demo</title>');
  const visitor = await connectViewer(url);
  const heard = await received(visitor).next();
  expect(heard.data.toString()).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  return visitor;
};

/** The Node of this machine, not the one that npm puts in front of it. */
const machineNode = (): string => {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders
    .filter((folder) => !folder.includes(`${sep}node_modules${sep}`))
    .map((folder) => join(folder, 'node'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  if (found === undefined) throw new Error('no node on the PATH outside of node_modules');
  return found;
};

const claim = `Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.0.0'}})`;

/** That Node if it is too old for the program, and else with the claim to be. */
const oldNode = (): readonly string[] => {
  const node = machineNode();
  const [, major] = /^v(\d+)/.exec(execFileSync(node, ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) < 22 ? [node] : [node, '--import', `data:text/javascript,${claim}`];
};

describe('the demo in a terminal', () => {
  test('shows within half a minute everything that a proxy decides, and can be joined', async () => {
    const began = performance.now();
    const run = startProgram(['demo', '--listen', '127.0.0.1:0']);
    await visit(await run.until(/LIVE/));
    const wanted = {
      refusal: /^[\d:]{8} refuse +lobby +at cap 4\/4 from (?:\S+ )?127\.0\.0\.1/m,
      late: /^[\d:]{8} late +(load|cores|firehose) +v\d+ +\S+ silent for \ds/m,
      stuck: /^[\d:]{8} stuck +firehose +v\d+ +mira \S+ waits and none is taken/m,
      eviction: /^[\d:]{8} evict +load +v\d+ +jon pong timeout, now \d\/4/m,
      needed: /Needs you \d[^]*■ STUCK +v\d+ +mira +firehose/,
    };
    const seen = new Set<string>();
    await run.until(
      (screen) => {
        const text = screen.join('\n');
        for (const [what, looks] of Object.entries(wanted)) if (looks.test(text)) seen.add(what);
        return seen.size === Object.keys(wanted).length;
      },
      Object.keys(wanted).join(', '),
      { ms: 30_000, saw: () => `seen: ${[...seen].join(', ')}` },
    );
    expect(performance.now() - began).toBeLessThan(30_000);
    run.signal('SIGTERM');
    expect(await aftermath(run)).toEqual(asBefore);
  });

  test('runs on a machine whose Node is too old, and is ended there', async () => {
    const run = startProgram(['demo', '--listen', '127.0.0.1:0'], { node: oldNode() });
    const visitor = await visit(await run.until(/LIVE/));
    run.signal('SIGTERM');
    expect(await closeOf(visitor)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
    expect(await aftermath(run)).toEqual(asBefore);
  });
});
