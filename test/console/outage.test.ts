import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import { smallWorld } from './worlds.ts';

const attached = { attached: true, actor: 'ann@ops1:4711' } as const;

const open = (): ConsoleDriver => {
  const driver = new ConsoleDriver(smallWorld, { columns: 110, rows: 30 }, attached);
  driver.settle();
  return driver;
};

/** Without the picture that would follow. */
const key = (driver: ConsoleDriver, ...keys: readonly string[]) =>
  driver.input({ type: 'keys', keys });

/** The last two lines: a message and the keys. */
const said = (driver: ConsoleDriver): string => driver.rows().slice(-2).join('\n');

const down = (driver: ConsoleDriver, stopped = false): void => {
  const reason = stopped ? 'stopped by ann@ops1:12' : 'the link to the proxy is lost';
  driver.input({ type: 'link-down', reason, stopped });
};

const sent = ({ effects }: ConsoleDriver) => effects.filter((effect) => effect.do === 'send');

describe('an attached console without its link', () => {
  it('says so, keeps the last picture, and comes back with the next', () => {
    const driver = open();
    const before = driver.rows().slice(3, 20).join('\n');
    down(driver);
    expect(driver.rows()[0]).toMatch(/LINK LOST 0s/);
    expect(said(driver)).toContain('the link to the proxy is lost; trying again, q quits');
    expect(driver.rows().slice(3, 20).join('\n')).toContain(before.split('\n')[0]);
    driver.now += 12_000;
    driver.input({ type: 'tick' });
    expect(driver.rows()[0]).toMatch(/LINK LOST 12s/);
    driver.show();
    expect(driver.rows()[0]).toContain('LIVE');
    expect(said(driver)).toContain('the link to the proxy is back');
  });

  it.for(['1', 'e', 'E', 'K', 'c', '+', '-'])('refuses %s with the reason', (pressed) => {
    const driver = open();
    driver.press('tab');
    driver.effects.length = 0;
    down(driver);
    key(driver, pressed);
    expect(said(driver)).toContain('the link is lost: nothing can be changed until it is back');
    expect(sent(driver)).toEqual([]);
  });

  it.for(['evict v1001', 'cap 4', 'lock', 'drain', 'stop'])('refuses :%s', (text) => {
    const driver = open();
    driver.effects.length = 0;
    down(driver);
    driver.input({ type: 'typed-command', text });
    expect(said(driver)).toContain('the link is lost');
    expect(sent(driver)).toEqual([]);
  });

  it('does not say that it asks for the viewers of another session until it does', () => {
    const driver = open();
    down(driver);
    key(driver, 'j');
    const screen = (): string => driver.rows().join('\n');
    expect(screen()).toContain('its viewers are not in the last picture');
    expect(screen()).not.toContain('asking for its viewers');
    const { snapshot } = driver.state;
    if (snapshot === null) throw new Error('no picture');
    driver.input({ type: 'snapshot', snapshot });
    expect(screen()).toContain('asking for its viewers');
    driver.show();
    expect(screen()).not.toMatch(/asking for|not in the last picture/);
  });

  it('carries out nothing that was armed before, and says so', () => {
    const driver = open();
    driver.input({ type: 'typed-command', text: 'evict v1001' });
    expect(driver.state.armed).toHaveLength(1);
    driver.effects.length = 0;
    down(driver);
    expect(said(driver)).toContain('what was armed is not carried out');
    driver.now += 10_000;
    driver.input({ type: 'tick' });
    driver.show();
    driver.input({ type: 'tick' });
    expect(sent(driver)).toEqual([]);
  });

  it('refuses a key that came while the outage was still on the screen', () => {
    const driver = open();
    driver.press('tab');
    down(driver);
    driver.stall();
    driver.show();
    driver.effects.length = 0;
    key(driver, '+');
    expect(sent(driver)).toEqual([]);
    driver.resume();
    key(driver, '+');
    expect(sent(driver)).toHaveLength(1);
  });

  it('quits all the same', () => {
    const driver = open();
    down(driver);
    key(driver, 'q');
    expect(driver.rows().join('\n')).toContain('The proxy is not touched.');
    expect(driver.rows().join('\n')).toContain('enter quit (default)');
    key(driver, 'enter');
    expect(driver.effects).toContainEqual({ do: 'quit' });
  });
});

describe('a proxy that has stopped', () => {
  it('is said to have, and by whom, also while nobody answers there any more', () => {
    const driver = open();
    down(driver, true);
    down(driver);
    expect(driver.rows()[0]).toMatch(/STOPPED 0s/);
    expect(said(driver)).toContain('stopped by ann@ops1:12; waiting for the next one');
  });

  it('is not confused with the next one, whose viewers have the same ids', () => {
    const driver = open();
    driver.press('tab', 'space');
    expect(driver.state.marks).toHaveLength(1);
    down(driver, true);
    const { snapshot } = driver.state;
    if (snapshot === null) throw new Error('no picture');
    driver.input({
      type: 'snapshot',
      snapshot: { ...snapshot, startedAt: snapshot.startedAt + 1 },
    });
    expect(driver.state).toMatchObject({ marks: [], armed: [], outage: null, focus: 'sessions' });
    expect(said(driver)).toContain('this is another run of the proxy');
  });
});

describe('quitting an attached console', () => {
  it.each(['enter', 'y'])('leaves the proxy running with %s', (answer) => {
    const driver = open();
    driver.press('q');
    expect(driver.rows().join('\n')).toMatch(
      /Quit this console\?[^]*The proxy goes on, with \d+ viewers[^]*enter leave it running \(default\)/,
    );
    driver.press(answer);
    expect(driver.effects).toEqual([{ do: 'quit' }]);
  });

  it.each(['esc', 'q', 'n'])('comes to nothing with %s', (answer) => {
    const driver = open();
    driver.press('q', answer);
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.effects).toEqual([]);
  });

  it('does not follow from keys that came before its question', () => {
    const driver = open();
    driver.chunk('q', 'enter');
    expect(driver.effects).toEqual([]);
    expect(said(driver)).toContain('this question was not on the screen: read it first');
  });

  it('offers to stop the proxy after a question of its own', () => {
    const driver = open();
    driver.press('q', 's');
    expect(driver.rows().join('\n')).toMatch(/Stop the proxy\?[^]*This closes \d+ viewers/);
    driver.press('y');
    expect(sent(driver)).toContainEqual({
      do: 'send',
      command: { do: 'stop', now: false, actor: attached.actor },
      reply: { of: 'stop' },
    });
    expect(driver.effects).not.toContainEqual({ do: 'quit' });
  });

  it('ends with the proxy where that was stopped from its question', () => {
    const driver = open();
    driver.press('q', 's', 'y');
    driver.respond();
    down(driver);
    expect(driver.effects).not.toContainEqual({ do: 'quit' });
    down(driver, true);
    expect(driver.effects).toContainEqual({ do: 'quit' });
  });

  it('waits for the next proxy where :stop ended the last', () => {
    const driver = open();
    driver.input({ type: 'typed-command', text: 'stop' });
    driver.press('y');
    driver.respond();
    down(driver, true);
    expect(driver.effects).not.toContainEqual({ do: 'quit' });
  });

  it('does not follow a proxy that would not stop', () => {
    const driver = open();
    driver.press('q', 's', 'y');
    driver.input({
      type: 'result',
      reply: { of: 'stop' },
      result: { ok: false, reason: 'not today' },
    });
    expect(said(driver)).toContain('not stopped: not today');
    down(driver, true);
    expect(driver.effects).not.toContainEqual({ do: 'quit' });
  });

  it('is for those who only look, too, and stopping is not', () => {
    const settings = { ...attached, readOnly: true };
    const driver = new ConsoleDriver(smallWorld, { columns: 110, rows: 30 }, settings);
    driver.settle();
    driver.press('q', 's');
    expect(driver.state.modal.mode).toBe('detach');
    driver.press('enter');
    expect(driver.effects).toEqual([{ do: 'quit' }]);
  });

  it('is what :stop asks for where the proxy runs in this program', () => {
    const driver = new ConsoleDriver(smallWorld, { columns: 110, rows: 30 });
    driver.settle();
    driver.input({ type: 'typed-command', text: 'stop' });
    expect(driver.state.modal.mode).toBe('quit');
    driver.press('s');
    expect(driver.state.modal.mode).toBe('quit');
  });
});

describe('the actor', () => {
  it('is this console in everything that it orders', () => {
    const driver = open();
    for (const text of ['evict v1001', 'cap 4', 'keep v1002', 'lock', 'unlock']) {
      driver.input({ type: 'typed-command', text });
    }
    driver.wait(4000);
    const commands = sent(driver).flatMap((effect) =>
      effect.do === 'send' && 'actor' in effect.command ? [effect.command] : [],
    );
    expect(new Set(commands.map((command) => command.do))).toEqual(
      new Set(['evict', 'set-cap', 'keep', 'lock', 'unlock']),
    );
    for (const { actor } of [...commands, ...driver.intentions]) expect(actor).toBe(attached.actor);
  });
});
