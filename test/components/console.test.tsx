import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { Console } from '../../components/Console.tsx';
import { ConsoleStore } from '../../components/console-store.ts';
import { unicodeGlyphs } from '../../src/console/glyphs.ts';
import type { Size } from '../../src/console/layout.ts';
import { plainSettings } from '../../src/console/state.ts';
import { smallWorld, without } from '../console/worlds.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeControl, type World } from '../support/fake-control.ts';
import { turn, untilTrue } from '../support/turns.ts';

afterEach(cleanup);

const open = async (size: Size = { columns: 80, rows: 24 }, world: World = smallWorld) => {
  const control = new FakeControl(world);
  const clock = new FakeClock();
  let quits = 0;
  const store = new ConsoleStore(control, {
    size,
    settings: plainSettings,
    time: clock,
    isBehind: () => false,
    carryOut: (effect) => {
      if (effect.do === 'quit') quits += 1;
    },
    onFailure: (error) => {
      throw error;
    },
  });
  const app = render(<Console store={store} glyphs={unicodeGlyphs} colored={false} />);
  const resize = async (columns: number, rows: number): Promise<void> => {
    Object.defineProperty(app.stdout, 'columns', { value: columns, configurable: true });
    Object.defineProperty(app.stdout, 'rows', { value: rows, configurable: true });
    app.stdout.emit('resize');
    await turn();
    await turn();
  };
  await resize(size.columns, size.rows);
  store.start();
  await control.show();
  await turn();
  return {
    control,
    clock,
    resize,
    store,
    quits: () => quits,
    screen: () => app.lastFrame() ?? '',
    lines: () => (app.lastFrame() ?? '').split('\n'),
    type: async (...keys: readonly string[]) => {
      for (const key of keys) {
        app.stdin.write(key);
        await turn();
        await turn();
      }
    },
    wait: async (ms: number) => {
      clock.advance(ms);
      await turn();
      await turn();
    },
  };
};

describe.each([
  { columns: 120, rows: 36 },
  { columns: 80, rows: 24 },
  { columns: 60, rows: 15 },
  { columns: 40, rows: 8 },
  { columns: 1, rows: 1 },
])('the console at $columns x $rows', (size) => {
  it('draws as many rows as there are, none wider, with every dialog', async () => {
    const console = await open(size);
    for (const key of ['', 'c', '\u001B[B', '\r', '?', 'q', 'q', '\t', 'e']) {
      await console.type(key);
      expect(console.lines().length).toBeLessThanOrEqual(size.rows);
      for (const line of console.lines()) expect(line.length).toBeLessThanOrEqual(size.columns);
    }
  });
});

describe('the console', () => {
  it('evicts the viewer under the cursor after three seconds', async () => {
    const console = await open();
    await console.type('\t', 'j', 'e');
    expect(console.screen()).toContain('✗ EVICTING in 3s  v1043');
    await console.wait(1000);
    expect(console.screen()).toContain('✗ EVICTING in 2s  v1043');
    await console.wait(1999);
    expect(console.control.commands).toEqual([]);
    await console.wait(1);
    expect(console.control.commands).toEqual([{ do: 'evict', viewer: 'v1043', actor: 'console' }]);
    expect(console.screen()).toContain('evicted v1043');
    await console.wait(4000);
    expect(console.screen()).not.toContain('evicted v1043');
  });

  it('saves a viewer with u', async () => {
    const console = await open();
    await console.type('e', 'e');
    await console.wait(2900);
    await console.type('u');
    expect(console.screen()).toContain('v1042 stays');
    await console.wait(10_000);
    expect(console.control.commands).toEqual([]);
  });

  it('evicts at once with enter', async () => {
    const console = await open();
    await console.type('\t', 'e', '\r');
    expect(console.control.commands).toEqual([{ do: 'evict', viewer: 'v1042', actor: 'console' }]);
  });

  it('says in red why the proxy refused', async () => {
    const console = await open();
    console.control.answer = () => ({ ok: false, reason: 'the link is lost' });
    await console.type('\t', 'e', '\r');
    expect(console.screen()).toContain('v1042 was not evicted: the link is lost');
  });

  it('evicts nobody when the viewer has gone before the key', async () => {
    const console = await open();
    await console.type('\t');
    await console.control.show(without(smallWorld, 'v1042'));
    await console.type('e');
    expect(console.screen()).toContain('v1042 had already gone');
    await console.wait(10_000);
    expect(console.control.commands).toEqual([]);
  });

  it('moves the cap by one, and takes consecutive steps back together', async () => {
    const console = await open();
    await console.type('+', '+', '-');
    expect(console.screen()).toContain('cap 5 to 4   u undo');
    await console.type('u');
    expect(console.control.commands.map((one) => (one.do === 'set-cap' ? one.cap : 0))).toEqual([
      4, 5, 4, 3,
    ]);
    expect(console.screen()).toContain('cap 4 to 3: undone');
  });

  it('sets the cap with the consequences shown before', async () => {
    const console = await open();
    await console.type('c', '1');
    expect(console.screen()).toContain('2 sessions are above the new cap:');
    expect(console.screen()).toContain('deploy-77f1 3, oncall-9ac0 2');
    expect(console.control.commands).toEqual([]);
    await console.type('\r');
    expect(console.control.commands).toEqual([{ do: 'set-cap', cap: 1, actor: 'console' }]);
    await console.control.show();
    await turn();
    expect(console.screen()).toContain('cap 1');
  });

  it('closes the dialog with esc and changes nothing', async () => {
    const console = await open();
    await console.type('c', '1', '\u001B');
    // A single Escape is told from the start of a sequence by what does not follow.
    await untilTrue('the end of the dialog', () => !console.screen().includes('Viewer cap'));
    expect(console.control.commands).toEqual([]);
  });

  it('quits with q and then y, and not with enter', async () => {
    const console = await open();
    await console.type('q', '\r', 'q');
    expect(console.screen()).toContain('This closes 6 viewers.');
    expect(console.quits()).toBe(0);
    await console.type('y');
    expect(console.quits()).toBe(1);
  });

  it('asks on Ctrl-C and quits on the second', async () => {
    const console = await open();
    await console.type('\u0003');
    expect(console.screen()).toContain('Quit wsbouncer?');
    await console.type('\u0003');
    expect(console.quits()).toBe(1);
  });

  it('swallows keys that mean nothing', async () => {
    const console = await open();
    const before = console.screen();
    await console.type('x', '\u001B[15~', '\u0002');
    expect(console.screen()).toBe(before);
  });

  it('takes Ctrl-Z for undo', async () => {
    const console = await open();
    await console.type('\t', 'e', '\u001A');
    await console.wait(10_000);
    expect(console.control.commands).toEqual([]);
  });

  it('ignores what is pasted, marked or not', async () => {
    const console = await open();
    await console.type('\t', '\u001B[200~e\r+qy\u001B[201~');
    expect(console.screen()).toContain('pasted text ignored');
    await console.type('see the enclosed\rerrors');
    await console.wait(10_000);
    expect(console.control.commands).toEqual([]);
    expect(console.quits()).toBe(0);
  });

  it('takes keys that arrive as one string one by one', async () => {
    const console = await open();
    await console.type('jj');
    expect(console.screen()).toContain('Viewers of tty-bastion 1/3');
  });

  it('shows the keys with ? and hides them with esc', async () => {
    const console = await open();
    await console.type('?');
    expect(console.screen()).toContain('undo the newest eviction');
    await console.type('?');
    expect(console.screen()).not.toContain('undo the newest eviction');
  });

  it('follows the terminal when that is resized, and looks at what fits', async () => {
    const console = await open();
    await console.resize(60, 15);
    expect(console.lines()).toHaveLength(15);
    await untilTrue('a look', () => console.control.views.at(-1)?.sessions.before === 10);
    await console.resize(120, 36);
    expect(console.lines()).toHaveLength(36);
  });

  it('says that the proxy has ended', async () => {
    const console = await open();
    console.control.end('the relay thread died');
    await turn();
    await turn();
    expect(console.screen()).toContain('the proxy has ended: the relay thread died');
  });

  it('lets go of the proxy and of time when it is closed', async () => {
    const console = await open();
    await console.type('\t', 'e');
    console.store.close();
    expect(console.control.unwatched).toBe(true);
    expect(console.clock.pending).toBe(0);
    await console.wait(10_000);
    expect(console.control.commands).toEqual([]);
  });
});
