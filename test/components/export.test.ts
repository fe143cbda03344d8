import { describe, expect, it } from 'vitest';
import { exportAll } from '../../components/export.ts';
import type { Command, CommandResult, ProxyControl, View } from '../../src/contract.ts';
import { pictureOf, viewerRow, type World } from '../support/fake-control.ts';

const at = Date.parse('2026-11-21T12:05:10.250Z');

const worldOf = (viewers: number): World => ({
  cap: 8,
  at,
  sessions: {
    a: Array.from({ length: viewers - 1 }, (_, index) => viewerRow(`v${index + 1}`, 'a')),
    b: [viewerRow(`v${viewers}`, 'b')],
  },
  events: [{ time: '2026-11-21T12:04:00.000Z', event: 'proxy.listening', address: 'here' }],
});

/** A proxy that holds a world, and what it was asked. */
const proxyOf = (world: World, answer?: (command: Command) => CommandResult) => {
  const all = Object.values(world.sessions).flat();
  const asked: Command[] = [];
  const views: View[] = [];
  let watches = 0;
  const control: ProxyControl = {
    watch: (view, onSnapshot) => {
      watches += 1;
      views.push(view);
      queueMicrotask(() => void onSnapshot(pictureOf(world, view, 1)));
      return { look: () => undefined, close: () => void (watches -= 1) };
    },
    events: () => () => undefined,
    closed: new Promise(() => undefined),
    command: async (command) => {
      asked.push(command);
      if (answer !== undefined) return answer(command);
      if (command.do !== 'list') throw new Error(`not expected: ${command.do}`);
      const from = all.findIndex(({ id }) => id === command.after) + 1;
      const viewers = all.slice(from, from + command.most);
      return { ok: true, viewers, more: from + command.most < all.length };
    },
  };
  return { control, asked, views, watches: () => watches };
};

/** Keeps what is saved. */
const keeper = () => {
  const saved: { name: string; text: string }[] = [];
  return {
    saved,
    save: async (name: string, text: string): Promise<string> => {
      saved.push({ name, text });
      return `/home/op/${name}`;
    },
  };
};

const full = (): Promise<string> => Promise.reject(new Error('/tmp/x: the disk is full'));

describe('a picture of everything', () => {
  it('has every viewer, every session and the newest events', async () => {
    const { control, asked, views, watches } = proxyOf(worldOf(1203));
    const { saved, save } = keeper();
    expect(await exportAll(control, null, save)).toEqual({
      tone: 'good',
      text: 'wrote 1,203 viewers to /home/op/wsbouncer-2026-11-21T120510Z.json',
    });
    const written = JSON.parse(saved[0]!.text) as Record<string, unknown[]>;
    expect(Object.keys(written)).toEqual([
      'at',
      'address',
      'cap',
      'totals',
      'sessions',
      'viewers',
      'events',
    ]);
    expect(written).toMatchObject({ at: '2026-11-21T12:05:10.250Z', cap: 8 });
    expect(written['viewers']).toEqual(Object.values(worldOf(1203).sessions).flat());
    expect(written['sessions']).toHaveLength(2);
    expect(written['events']).toHaveLength(1);
    expect(saved[0]!.text).toMatch(/^\{\n {2}"at": .*\n\}\n$/s);
    expect(asked).toHaveLength(3);
    expect(views[0]).toMatchObject({ sessions: { after: 9999 }, events: { rows: 1000 } });
    expect(watches()).toBe(0);
  });

  it('goes into the file that was named', async () => {
    const { saved, save } = keeper();
    const { text } = await exportAll(proxyOf(worldOf(1)).control, 'now.json', save);
    expect(saved.map(({ name }) => name)).toEqual(['now.json']);
    expect(text).toBe('wrote 1 viewer to /home/op/now.json');
  });

  it('says why it was not written', async () => {
    const { control, watches } = proxyOf(worldOf(1));
    expect(await exportAll(control, 'x', full)).toEqual({
      tone: 'bad',
      text: 'not written: /tmp/x: the disk is full',
    });
    expect(watches()).toBe(0);
  });

  it('does not wait for a proxy that has ended', async () => {
    const { control, watches } = proxyOf(worldOf(1));
    const ended: ProxyControl = {
      ...control,
      watch: (view) => control.watch(view, () => undefined),
      closed: Promise.resolve('the proxy has stopped'),
    };
    expect(await exportAll(ended, null, keeper().save)).toEqual({
      tone: 'bad',
      text: 'not written: the proxy has stopped',
    });
    expect(watches()).toBe(0);
  });

  it('is not half a picture: a refused page is the end', async () => {
    const { control } = proxyOf(worldOf(1), () => ({ ok: false, reason: 'the link is lost' }));
    const { saved, save } = keeper();
    expect(await exportAll(control, null, save)).toMatchObject({
      text: 'not written: the link is lost',
    });
    expect(saved).toEqual([]);
  });

  it('ends where a page is empty, whatever it promises', async () => {
    const { control } = proxyOf(worldOf(1), () => ({ ok: true, viewers: [], more: true }));
    const { saved, save } = keeper();
    await exportAll(control, null, save);
    expect(saved).toHaveLength(1);
  });
});
