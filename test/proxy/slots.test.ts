import { describe, expect, it } from 'vitest';
import { echoBackend, hangingBackend, rawBackend, statusBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { closing } from '../support/frames.ts';
import { opcodes } from '../support/frame-reader.ts';
import { withProxy } from '../support/proxy.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';

/** A proxy with one slot in front of a backend of which the test decides every byte. */
const oneSlot = async () => {
  const backend = await rawBackend();
  const proxy = await withProxy({ backend: backend.template, cap: 1 });
  return { backend, proxy };
};

type OneSlot = Awaited<ReturnType<typeof oneSlot>>;

/** A viewer that has the slot, and the backend's end of it. */
const enter = async ({ backend, proxy }: OneSlot) => {
  const viewer = connectRaw(proxy.url('a'));
  await viewer.open();
  return { viewer, connection: await backend.connections.next() };
};

/** Whether the next viewer gets the slot and not a refusal. */
const nextEnters = async (set: OneSlot): Promise<boolean> => {
  await enter(set);
  return set.proxy.events.all.every(({ event }) => event !== 'viewer.refused');
};

describe('the only slot is usable at once', () => {
  it('when the viewer has closed', async () => {
    const set = await oneSlot();
    const { viewer } = await enter(set);
    viewer.sendFrame({ opcode: opcodes.close, payload: closing(1000) });
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the viewer closed and the backend never answers', async () => {
    const backend = await rawBackend({ answerClose: false });
    const set = { backend, proxy: await withProxy({ backend: backend.template, cap: 1 }) };
    const { viewer } = await enter(set);
    viewer.sendFrame({ opcode: opcodes.close, payload: closing(1000) });
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the viewer was reset', async () => {
    const set = await oneSlot();
    const { viewer } = await enter(set);
    viewer.reset();
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the viewer ended TCP without a Close', async () => {
    const set = await oneSlot();
    const { viewer } = await enter(set);
    viewer.socket.end();
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the backend has closed and the viewer ignores it', async () => {
    const set = await oneSlot();
    const { viewer, connection } = await enter(set);
    viewer.answerClose = false;
    connection.peer.sendFrame({ opcode: opcodes.close, payload: closing(1000) });
    await viewer.nextFrame(({ opcode }) => opcode === opcodes.close);
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the backend was reset', async () => {
    const set = await oneSlot();
    const { viewer, connection } = await enter(set);
    connection.peer.reset();
    await viewer.nextFrame(({ opcode }) => opcode === opcodes.close);
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the viewer was evicted', async () => {
    const set = await oneSlot();
    const { viewer } = await enter(set);
    viewer.answerClose = false;
    const result = await set.proxy.control.command({
      do: 'evict',
      viewer: (await set.proxy.events.next(named('viewer.admitted'))).viewer,
      actor: 'test',
    });
    expect(result).toEqual({ ok: true });
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the viewer has offended', async () => {
    const set = await oneSlot();
    const { viewer } = await enter(set);
    viewer.answerClose = false;
    viewer.sendFrame({ opcode: 3 });
    expect(await nextEnters(set)).toBe(true);
  });

  it('when the dial has failed', async () => {
    const backend = await statusBackend(404);
    const proxy = await withProxy({ backend: backend.template, cap: 1 });
    for (let round = 0; round < 10; round += 1) {
      const viewer = connectRaw(proxy.url('a'), { answerClose: false });
      const close = await viewer.nextFrame(({ opcode }) => opcode === opcodes.close);
      expect(close.payload).toEqual(closing(1011, 'backend unavailable'));
    }
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 0, sessions: 0, refused: 0 });
  });

  it('when the dial has timed out', async () => {
    const backend = await hangingBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 1, dialTimeoutMs: 30 });
    for (let round = 0; round < 3; round += 1) {
      const close = await closeOf(await connectViewer(proxy.url('a')));
      expect(close).toEqual({ code: 1011, reason: 'backend unavailable' });
    }
    await backend.tally.until((tally) => tally.open('any') === 0, 'every dial to be given up');
  });
});

describe('1,000 viewers that connect and leave at the cap', () => {
  it('are all admitted, never over the cap, and leave every slot usable', async () => {
    const backend = await echoBackend();
    const proxy = await withProxy({ backend: backend.template, cap: 8 });
    const leave = [
      async (url: string) => {
        const viewer = await connectViewer(url);
        viewer.close();
        await closeOf(viewer);
      },
      async (url: string) => (await connectViewer(url)).terminate(),
      async (url: string) => {
        const viewer = connectRaw(url);
        await viewer.open();
        viewer.reset();
      },
      async (url: string) => {
        const viewer = await connectViewer(url);
        viewer.send('close me');
        await closeOf(viewer);
      },
    ] as const;
    let most = 0;
    const count = (): void => {
      const open = backend.connections.all.filter(({ request }) => !request.socket.destroyed);
      most = Math.max(most, open.length);
    };
    const serve = async (): Promise<never> => {
      for (;;) {
        const { ws } = await backend.connections.next(undefined, undefined, { ms: 30_000 });
        ws.on('message', (data: Buffer) => {
          if (data.toString() === 'close me') ws.close(4000, 'as you wish');
        });
        // The end of an older one may have come before it, and is known a turn of the loop later.
        setImmediate(() => setImmediate(count));
      }
    };
    serve().catch(() => undefined);

    await Promise.all(
      Array.from({ length: 8 }, async (_, worker) => {
        for (let cycle = 0; cycle < 125; cycle += 1) {
          await leave[(worker + cycle) % leave.length]?.(proxy.url('a'));
        }
      }),
    );

    await backend.tally.until((tally) => tally.open('a') === 0, 'every connection to end');
    expect(proxy.events.all.filter(named('viewer.admitted'))).toHaveLength(1_000);
    expect(proxy.events.all.filter(named('viewer.left'))).toHaveLength(1_000);
    expect(proxy.events.all.filter(named('viewer.refused'))).toEqual([]);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(8);
    expect((await proxy.snapshot()).totals).toMatchObject({ viewers: 0, sessions: 0 });

    const viewers = await Promise.all(
      Array.from({ length: 8 }, () => connectViewer(proxy.url('a'))),
    );
    await Promise.all(viewers.map((viewer, at) => echo(viewer, `slot ${at}`)));
    expect((await closeOf(await connectViewer(proxy.url('a')))).code).toBe(1013);
  });
});

describe('a backend that does not let go', () => {
  it('never has more connections than the cap: the oldest lingering one is cut', async () => {
    const backend = await rawBackend({ answerClose: false });
    const proxy = await withProxy({ backend: backend.template, cap: 2 });
    const set = { backend, proxy };
    const first = await enter(set);
    const second = await enter(set);
    for (const { viewer } of [first, second]) {
      viewer.sendFrame({ opcode: opcodes.close, payload: closing(1000) });
    }
    await second.connection.peer.nextFrame();
    // One slot is taken again: of the two that linger, one may go on doing so.
    await enter(set);
    expect((await first.connection.peer.closed()).how).toBe('reset');
    expect(second.connection.socket.destroyed).toBe(false);
    await enter(set);
    expect((await second.connection.peer.closed()).how).toBe('reset');
    expect(backend.tally.most('a')).toBe(2);
  });
});
