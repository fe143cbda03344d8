import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { echoBackend } from '../support/backends.ts';
import { keys } from '../support/pty.ts';
import { connectRaw, type RawViewer } from '../support/raw-viewer.ts';
import { closeOf } from '../support/viewer.ts';
import { allEcho, nextSecond, desks } from './operator.ts';

/** Sends without end, as fast as it is taken and no faster. */
const pour = (ws: WebSocket): void => {
  const block = Buffer.alloc(1024 * 1024, 'flood ');
  const more = (error?: Error | null): void => {
    if (!error && ws.readyState === ws.OPEN) ws.send(block, more);
  };
  more();
  more();
};

describe.each(desks)('several viewers at once, on a console $way,', ({ open }) => {
  test('are those that were marked, and no others, with the reason that was given', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const [v1, v2, v3, v4] = await desk.join('alpha', 4);
    const [v5, v6] = await desk.join('beta', 2);
    await desk.until(/alpha +4\/8[^]*beta +2\/8[^]*Viewers of alpha 4\/8/);
    desk.press('e');
    await nextSecond(desk);
    desk.press(' ');
    await desk.until(/✓ {2}● ok +v1 [^]*▸ {2}● ok +v2 /);
    desk.press('j');
    await desk.until(/▸ {2}● ok +v3 /);
    desk.press(' ');
    await desk.until(/Viewers of alpha 4\/8 {2}2 marked/);

    desk.press('E');
    await desk.until(/Evict 2 marked viewers\?[^]*● v1 +ok[^]*● v3 +ok[^]*y evict 2, 10 a second/);
    // Neither the key that opened it nor Enter agrees.
    desk.press('E');
    await nextSecond(desk);
    desk.press(keys.enter);
    desk.press('r');
    await desk.until(/reason \[ _ \]/);
    desk.press('you');
    await desk.until(/reason \[ you_ \]/);
    desk.press(keys.enter);
    await desk.until(/reason {2}you/);
    await allEcho([v1!, v2!, v3!, v4!]);
    desk.press('y');
    const told = { code: 1008, reason: 'evicted by operator: you' };
    expect(await closeOf(v1!)).toEqual(told);
    expect(await closeOf(v3!)).toEqual(told);
    await desk.until(/alpha +2\/8[^]*evicted 2 viewers/);
    await desk.until(/evict +alpha +v3 +by operator \(console\): you/);
    await allEcho([v2!, v4!, v5!, v6!]);
    expect((await desk.screen()).join('\n')).not.toContain('marked');
  });

  test('are all that are listed with a star, and nobody is evicted when it is cancelled', async () => {
    const desk = await open({ cols: 100, rows: 30 });
    const viewers = [...(await desk.join('alpha', 3)), ...(await desk.join('beta', 1))];
    await desk.until(/Viewers of alpha 3\/8/);
    desk.press('*');
    await desk.until(/3 marked[^]*marked 3 viewers of alpha/);
    desk.press('E');
    await desk.until(/Evict 3 marked viewers\?/);
    desk.press(keys.escape);
    await desk.until((rows) => !rows.join('').includes('Evict 3'), 'the question gone');
    desk.press('\\');
    await desk.until((rows) => !rows.join('').includes('3 marked'), 'the marks gone');
    desk.press('E');
    const screen = await desk.until(/no stuck viewer in alpha/);
    await allEcho(viewers);
    expect(screen.join('\n')).toMatch(/Viewers of alpha 3\/8/);
  });

  test('are the stuck ones of the moment of the question, and nobody who comes later', async () => {
    const backend = await echoBackend();
    const desk = await open({
      args: ['--write-timeout', '1m'],
      cols: 100,
      rows: 30,
      backend: backend.url,
    });
    const floodedViewer = async (): Promise<RawViewer> => {
      const viewer = connectRaw(desk.url('alpha'));
      await viewer.open();
      viewer.pause();
      const { ws } = await backend.connections.next();
      pour(ws);
      return viewer;
    };
    const [well] = await desk.join('alpha');
    await backend.connections.next();
    const v2 = await floodedViewer();
    const v3 = await floodedViewer();
    await desk.until(/Needs you 2[^]*STUCK +v\d/, 'two stuck viewers', { ms: 15_000 });
    desk.press('E');
    await desk.until(/Evict 2 stuck viewers of alpha\?[^]*■ v2 +STUCK[^]*■ v3 +STUCK/);
    const v4 = await floodedViewer();
    await desk.until(/Needs you 3/, 'a third stuck viewer', { ms: 15_000 });
    v3.destroy();
    await desk.until(/v3 +gone[^]*1 left since you opened this[^]*y evict 1, 10 a second/);
    desk.press('y');
    await desk.until(/evicted v2/);
    v2.resume();
    // Whether the Close still finds room depends on how soon it reads.
    const { close } = await v2.closed();
    expect([null, { code: 1008, reason: 'evicted by operator' }]).toContainEqual(close);
    await desk.until(/alpha +2\/8[^]*Needs you 1|Needs you 1[^]*alpha +2\/8/);
    await allEcho([well!]);
    v4.resume();
    expect(await v4.nextData()).toBeDefined();
  });
});
