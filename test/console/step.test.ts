import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src/console/pictures.ts';
import { layoutIn } from '../../src/console/state.ts';
import { viewerRow } from '../support/fake-control.ts';
import { ConsoleDriver } from '../support/console-driver.ts';
import { keys } from './arbitrary.ts';
import { smallWorld, wideWorld, without } from './worlds.ts';

const onViewers = (world = smallWorld): ConsoleDriver => {
  const driver = new ConsoleDriver(world);
  driver.settle();
  driver.press('tab');
  return driver;
};

describe('evicting', () => {
  it('goes from a session to its viewers and evicts nobody', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('e');
    driver.wait(10_000);
    expect(driver.state.focus).toBe('viewers');
    expect(driver.evicted).toEqual([]);
  });

  it('stops at the viewers when the key is held on a session', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.chunk('e', 'e', 'e');
    expect(driver.state.armed).toEqual([]);
  });

  it('sends the eviction of the viewer under the cursor three seconds later', () => {
    const driver = onViewers();
    driver.press('j', 'e');
    expect(driver.screen).toContain('✗ EVICTING in 3s  v1043');
    driver.wait(2999);
    expect(driver.evicted).toEqual([]);
    driver.wait(1);
    expect(driver.evicted).toEqual(['v1043']);
    expect(driver.effects.at(-1)).toMatchObject({ command: { actor: 'console' } });
    driver.answer({ ok: true });
    expect(driver.status).toContain('evicted v1043');
  });

  it('is undone by u and then never sent', () => {
    const driver = onViewers();
    driver.press('e');
    driver.wait(2999);
    driver.press('u');
    driver.wait(60_000);
    expect(driver.evicted).toEqual([]);
    expect(driver.screen).not.toContain('EVICTING');
  });

  it('undoes the newest first', () => {
    const driver = onViewers();
    driver.press('e', 'j', 'e', 'u');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1042']);
    expect(driver.status).toContain('v1042');
  });

  it.for(['c', '?', 'q'])('is undone by u over what %s opens', (opens) => {
    const driver = onViewers();
    driver.press('e', opens);
    expect(driver.status).toContain('EVICTING in 3s  v1042   u undo');
    driver.press('u');
    driver.wait(60_000);
    expect(driver.evicted).toEqual([]);
    expect(driver.state.modal.mode).not.toBe('main');
  });

  it('does not keep back what came of a later key', () => {
    const driver = onViewers();
    driver.press('e', 'j', 'e', 'u');
    expect(driver.status).toContain('EVICTING in 3s  v1042   u undo   v1043 stays');
  });

  it('happens at once with enter, and only on the viewer that is being evicted', () => {
    const driver = onViewers();
    driver.press('enter', 'esc');
    driver.press('e', 'j', 'enter', 'esc');
    expect(driver.evicted).toEqual([]);
    driver.press('k', 'enter');
    expect(driver.evicted).toEqual(['v1042']);
    driver.wait(10_000);
    expect(driver.evicted).toEqual(['v1042']);
  });

  it('arms a viewer once however long the key is held', () => {
    const driver = onViewers();
    driver.chunk('e', 'e', 'e', 'e');
    expect(driver.state.armed).toHaveLength(1);
  });

  it('stays with the viewer while the list is sorted anew a hundred times', () => {
    const driver = onViewers();
    driver.press('j', 'e');
    for (let turn = 0; turn < 100; turn += 1) {
      const rows = smallWorld.sessions['deploy-77f1'] ?? [];
      const turned = rows.map((_, index) => rows[(index + turn) % rows.length]!);
      driver.wait(25);
      driver.show({ ...smallWorld, sessions: { ...smallWorld.sessions, 'deploy-77f1': turned } });
      expect(driver.state.viewers.id).toBe('v1043');
    }
    driver.wait(3000);
    expect(driver.evicted).toEqual(['v1043']);
  });

  it('says so when the viewer under the cursor has left before the key, and arms nobody', () => {
    const driver = onViewers();
    driver.show(without(smallWorld, 'v1042'));
    expect(driver.state.viewers.id).toBe('v1043');
    driver.press('e');
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).toContain('v1042 had already gone');
    driver.wait(1000);
    driver.show();
    driver.wait(1000);
    driver.press('e');
    expect(driver.state.armed.map(({ viewer }) => viewer)).toEqual(['v1043']);
  });

  it('leaves the viewers when their session goes, and arms nobody in the next one', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('G', 'tab');
    expect(driver.state.viewers.id).toBe('v1001');
    driver.show(without(smallWorld, 'v1001'));
    driver.settle();
    expect(driver.state.focus).toBe('sessions');
    driver.press('tab', 'e');
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).toContain('v1001 had already gone');
  });

  it('says that a viewer had already gone when the proxy says so', () => {
    const driver = onViewers();
    driver.press('e', 'enter');
    driver.answer({ ok: false, reason: 'v1042 had already gone' });
    expect(driver.status).toContain('v1042 had already gone');
  });

  it('shows in red why the proxy refused', () => {
    const driver = onViewers();
    driver.press('e', 'enter');
    driver.answer({ ok: false, reason: 'the link is lost' });
    expect(driver.state.notice?.tone).toBe('bad');
    expect(driver.status).toContain('v1042 was not evicted: the link is lost');
  });

  it('shows that the viewer has recovered meanwhile', () => {
    const driver = onViewers();
    driver.press('e');
    const rows = smallWorld.sessions['deploy-77f1'] ?? [];
    const well = rows.map((row) => (row.id === 'v1042' ? viewerRow('v1042', row.session) : row));
    driver.show({ ...smallWorld, sessions: { ...smallWorld.sessions, 'deploy-77f1': well } });
    expect(driver.screen).toContain('recovered - still evict?');
    driver.press('u');
    expect(driver.screen).not.toContain('recovered');
  });

  it('ignores a paste', () => {
    const driver = onViewers();
    driver.input({ type: 'paste', text: 'eee' });
    expect(driver.state.armed).toEqual([]);
    expect(driver.status).toContain('pasted text ignored');
  });

  it.each([
    [1, 1, 0],
    [80, 2, 0],
    [7, 6, 0],
    [8, 6, 1],
  ])('chooses nobody whose id cannot be read, at %d x %d', (columns, rows, armed) => {
    const driver = new ConsoleDriver(smallWorld, { columns, rows });
    driver.press('tab', 'e');
    expect(driver.state.armed).toHaveLength(armed);
  });
});

describe('moving', () => {
  it('selects the first session and its first viewer, and starts on the sessions', () => {
    const driver = new ConsoleDriver(smallWorld);
    expect(driver.state).toMatchObject({
      focus: 'sessions',
      sessions: { id: 'deploy-77f1' },
      viewers: { id: 'v1042' },
    });
  });

  it('takes a held key as many steps', () => {
    const driver = new ConsoleDriver(wideWorld(20, 1));
    driver.chunk('j', 'j', 'j', 'down', 'k');
    expect(driver.state.sessions.id).toBe('session-004');
    expect(driver.state.viewers.id).toBe('v4');
  });

  it('reaches both ends of a list of which only a window is known', () => {
    const driver = new ConsoleDriver(wideWorld(300, 1));
    driver.press('G');
    expect(driver.state.sessions.id).toBe('session-300');
    expect(driver.screen).toContain('of 300');
    driver.press('g');
    expect(driver.state.sessions.id).toBe('session-001');
    driver.press('pagedown');
    const { id } = driver.state.sessions;
    driver.press('pagedown');
    expect(driver.state.sessions.id).not.toBe(id);
    driver.press('pageup');
    expect(driver.state.sessions.id).toBe(id);
  });

  it('moves to the neighbour of what is gone in the middle of a long list', () => {
    const driver = new ConsoleDriver(wideWorld(300, 1));
    driver.press('G', ...Array.from({ length: 9 }, () => 'k'));
    expect(driver.state.sessions.id).toBe('session-291');
    driver.show(without(driver.world, 'v291'));
    driver.settle();
    expect(driver.state.sessions.id).toBe('session-292');
    expect(driver.state.viewers.id).toBe('v292');
  });

  it('goes round the panes with tab and back with shift-tab', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('tab', 'tab');
    expect(driver.state.focus).toBe('events');
    driver.press('tab', 'backtab', 'backtab');
    expect(driver.state.focus).toBe('viewers');
    driver.press('esc');
    expect(driver.state.focus).toBe('sessions');
  });

  it('keeps the order of the rows while the operator moves, and takes the new one after', () => {
    const driver = onViewers();
    const turned = (smallWorld.sessions['deploy-77f1'] ?? []).toReversed();
    const world = { ...smallWorld, sessions: { ...smallWorld.sessions, 'deploy-77f1': turned } };
    driver.press('j');
    driver.show(world);
    driver.press('j');
    expect(driver.state.viewers.id).toBe('v1050');
    driver.wait(2000);
    driver.show(world);
    driver.press('j');
    expect(driver.state.viewers.id).toBe('v1043');
  });

  it('asks for what is drawn and a page either side, around the cursor', () => {
    const driver = new ConsoleDriver(wideWorld(300, 3));
    driver.press('j', 'tab');
    const { sessions, viewers } = layoutIn(driver.state);
    expect(viewOf(driver.state)).toMatchObject({
      session: 'session-002',
      sessions: { anchor: 'session-002', before: 2 * sessions, after: 2 * sessions },
      viewers: { anchor: 'v4', before: 2 * viewers, after: 2 * viewers },
    });
  });

  it('asks for the worst beyond those that are drawn, and for whom something is bound to', () => {
    const driver = onViewers();
    driver.press('j', 'space', 'e');
    const { worst, followed } = viewOf(driver.state);
    expect(worst).toBeGreaterThan(layoutIn(driver.state).worst);
    expect(followed).toEqual(expect.arrayContaining(['v1042', 'v1101', 'v1043']));
  });
});

describe('quitting', () => {
  it('asks first, says what it closes, and is cancelled by everything but y', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('q');
    expect(driver.screen).toContain('This closes 6 viewers.');
    driver.press('enter');
    expect(driver.state.modal.mode).toBe('main');
    driver.press('q', 'esc', 'q', 'x', 'n');
    expect(driver.effects.filter((effect) => effect.do === 'quit')).toEqual([]);
    driver.press('q', 'y');
    expect(driver.effects.at(-1)).toEqual({ do: 'quit' });
  });

  it('asks on Ctrl-C, and quits on a second one within two seconds', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', 'ctrl-c');
    expect(driver.state.modal.mode).toBe('quit');
    driver.wait(2000);
    driver.press('ctrl-c');
    expect(driver.effects.at(-1)).not.toEqual({ do: 'quit' });
    driver.wait(1999);
    driver.press('ctrl-c');
    expect(driver.effects.at(-1)).toEqual({ do: 'quit' });
  });

  it('swallows Ctrl-Z', () => {
    const driver = new ConsoleDriver(smallWorld);
    const before = driver.state;
    driver.chunk('ctrl-z');
    expect(driver.effects).toEqual([]);
    expect(driver.state.modal).toBe(before.modal);
  });
});

describe('help', () => {
  it('opens with ?, scrolls where it does not fit, and closes with esc', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('?');
    expect(driver.screen).toContain('undo the newest eviction');
    expect(driver.screen).not.toContain('answers, and takes its data');
    driver.press('G');
    expect(driver.screen).toContain('answers, and takes its data');
    driver.press('g', 'k', 'esc');
    expect(driver.screen).not.toContain('Keys and signs');
  });

  it('takes no other key', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('tab', '?', 'e', '+');
    driver.wait(5000);
    expect(driver.effects.filter((effect) => effect.do === 'send')).toEqual([]);
  });
});

describe('the end of the proxy', () => {
  it('is said in the title and in the last line', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.input({ type: 'ended', reason: 'the relay thread died' });
    expect(driver.rows()[0]).toContain('ENDED');
    expect(driver.status).toContain('the proxy has ended: the relay thread died');
  });

  it('is not to be told from silence, so an old picture says how old it is', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.wait(1999);
    expect(driver.rows()[0]).toContain('LIVE');
    driver.wait(3001);
    expect(driver.rows()[0]).toContain('OLD 5s');
  });
});

const looking = (): ConsoleDriver => {
  const driver = new ConsoleDriver(
    smallWorld,
    { columns: 80, rows: 24 },
    { readOnly: true, stopWith: 'kill 4711' },
  );
  driver.settle();
  return driver;
};

describe('a console that only looks', () => {
  it.for(['1', 'e', 'E', 'K', 'c', '+', '-', 'u'])('refuses %s, and says so', (key) => {
    const driver = looking();
    driver.press('tab');
    driver.press(key);
    expect(driver.status).toContain('read-only: this console changes nothing');
    expect(driver.state).toMatchObject({ armed: [], modal: { mode: 'main' } });
  });

  it.for(['q', 'ctrl-c'])('cannot be ended with %s, which would stop the proxy', (key) => {
    const driver = looking();
    driver.press(key, key, 'y');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.effects).not.toContainEqual({ do: 'quit' });
    driver.press(key);
    expect(driver.status).toContain('read-only: quitting would stop the proxy; kill 4711 does');
  });

  it('offers no key that it refuses', () => {
    const driver = looking();
    expect(driver.status).not.toMatch(/evict|undo|cap|quit/);
    expect(driver.status).toContain('? help');
  });

  it('sends nothing that changes or stops the proxy, whatever is typed', () => {
    const lines = fc.array(fc.constantFrom('evict v1042', 'cap 2', 'keep v1042', 'quit', 'undo'), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(keys, { maxLength: 40 }), lines, (typed, commands) => {
        const driver = looking();
        for (const key of typed) {
          driver.press(key);
          driver.respond();
        }
        for (const text of commands) driver.input({ type: 'typed-command', text });
        driver.wait(60_000);
        const done = driver.effects.flatMap((effect) =>
          effect.do === 'send' ? [effect.command.do] : [effect.do],
        );
        const harmless = new Set(['list', 'preview-cap', 'copy', 'export', 'log', 'redraw']);
        expect(done.filter((what) => !harmless.has(what))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a key without a meaning', () => {
  it('takes what was typed with it along, since that was meant for a line', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.settle();
    driver.chunk('X', '1', 'e', 'q');
    expect(driver.state).toMatchObject({ armed: [], modal: { mode: 'main' } });
    expect(driver.status).toContain('X means nothing here: 3 keys behind it dropped');
    driver.press('X');
    expect(driver.state.notice).toBeNull();
  });

  it('does so on the pages and in the dialogs too', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.settle();
    driver.press('tab', 'enter');
    driver.chunk('/', '1');
    expect(driver.state.armed).toEqual([]);
    driver.press('esc', 'q');
    expect(driver.chunk('Z', 'y')).toEqual([]);
  });
});

describe('a message', () => {
  it('goes with the next key, but for one that says what failed', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.settle();
    driver.input({ type: 'said', tone: 'good', text: 'wrote it' });
    driver.press('j');
    expect(driver.state.notice).toBeNull();
    driver.input({ type: 'said', tone: 'bad', text: 'could not write' });
    driver.press('j');
    expect(driver.state.notice?.text).toBe('could not write');
    driver.press('c');
    expect(driver.state.notice).toBeNull();
  });

  it('that is too long is cut in its middle, and leaves the help in sight', () => {
    const driver = new ConsoleDriver(smallWorld, { columns: 80, rows: 24 });
    driver.settle();
    const text = `wrote 10 viewers to /srv/${'x'.repeat(90)}/picture.json`;
    driver.input({ type: 'said', tone: 'good', text });
    expect(driver.status).toMatch(/^ wrote 10 viewers to .*….*\/picture\.json {3}\? help$/);
    expect(driver.status.length).toBeLessThanOrEqual(80);
    driver.input({ type: 'said', tone: 'good', text: 'wrote it' });
    expect(driver.status).toMatch(/wrote it .*\? help {2}q quit$/);
  });

  it('of what u has saved counts those that are still there', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.settle();
    driver.press('tab', 'space', 'space', 'e');
    expect(driver.state.armed).toHaveLength(2);
    driver.show(without(smallWorld, 'v1042'));
    driver.press('u');
    expect(driver.status).toContain('v1043 stays');
  });
});

/** The cursor on the late one of another session, whose viewers have not come yet. */
const goneTo = (): ConsoleDriver => {
  const driver = new ConsoleDriver(smallWorld);
  driver.settle();
  driver.input({ type: 'keys', keys: ['n'] });
  driver.settle();
  driver.input({ type: 'keys', keys: ['n'] });
  expect(driver.state.viewers.id).toBe('v1101');
  expect(driver.rows()[4]).toMatch(/^▸2 ◐ late +v1101/);
  return driver;
};

describe('a viewer that n has gone to', () => {
  it('is meant as soon as the cursor stands beside it among the worst', () => {
    const evicting = goneTo();
    evicting.input({ type: 'keys', keys: ['e'] });
    expect(evicting.state.armed.map(({ viewer }) => viewer)).toEqual(['v1101']);
    const keeping = goneTo();
    keeping.input({ type: 'keys', keys: ['K'] });
    expect(keeping.effects).toContainEqual(
      expect.objectContaining({
        command: expect.objectContaining({ do: 'keep', viewer: 'v1101' }),
      }),
    );
    const marking = goneTo();
    marking.input({ type: 'keys', keys: ['space'] });
    expect(marking.state).toMatchObject({ marks: ['v1101'], viewers: { id: 'v1101' } });
    const copying = goneTo();
    expect(copying.input({ type: 'keys', keys: ['y'] })).toEqual([
      { do: 'copy', text: 'v1101 10.4.9.17:52210' },
    ]);
  });

  it('is not before that is on the screen', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.settle();
    driver.press('n');
    driver.input({ type: 'keys', keys: ['n', 'e'] });
    const before = driver.state.armed.map(({ viewer }) => viewer);
    expect(before.every((viewer) => viewer === 'v1101')).toBe(true);
  });
});
