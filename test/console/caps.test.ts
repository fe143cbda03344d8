import { describe, expect, it } from 'vitest';
import { ConsoleDriver } from '../support/console-driver.ts';
import { sessionId } from '../support/fake-control.ts';
import { smallWorld } from './worlds.ts';

const preview = (cap: number, overCount: number) => ({
  ok: true as const,
  preview: {
    cap,
    over: [
      { session: sessionId('deploy-77f1'), viewers: 8 },
      { session: sessionId('tty-prod-db2'), viewers: 8 },
      { session: sessionId('load-eu-west'), viewers: 8 },
      { session: sessionId('demo-hall-2'), viewers: 6 },
    ].slice(0, overCount),
    overCount,
    freeNow: 47,
    freeThen: 21,
  },
});

describe('+ and -', () => {
  it('move the default cap by one, counting steps that no picture shows yet', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.chunk('+', '+', '-', '+');
    expect(driver.caps).toEqual([4, 5, 4, 5]);
  });

  it('never go below 1', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.chunk('-', '-', '-', '-');
    expect(driver.caps).toEqual([2, 1]);
    expect(driver.status).toContain('never below 1');
  });

  it('are taken back together by one u, which names what it took back', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('+', '+');
    driver.wait(30_000);
    driver.show({ ...smallWorld, cap: 5 });
    driver.press('+');
    driver.wait(59_999);
    driver.press('u');
    expect(driver.caps).toEqual([4, 5, 6, 3]);
    driver.answer({ ok: true });
    expect(driver.status).toContain('cap 6 to 3: undone');
    driver.press('u');
    expect(driver.status).toContain('nothing to undo');
  });

  it('name the key that takes them back only where it does', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('+');
    driver.answer({ ok: true });
    expect(driver.status).toContain('cap 3 to 4   u undo');
    driver.press('?');
    expect(driver.status).not.toContain('undo');
  });

  it('are not taken back after a minute', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('+');
    driver.wait(60_000);
    driver.press('u');
    expect(driver.caps).toEqual([4]);
  });

  it('leave nothing to undo when they come back to where they began', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('+', '-', 'u');
    expect(driver.caps).toEqual([4, 3]);
  });

  it('are not joined to a change that somebody else made in between', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('+');
    driver.show({ ...smallWorld, cap: 4 });
    driver.wait(5000);
    driver.show({ ...smallWorld, cap: 10 });
    driver.press('+', 'u');
    expect(driver.caps).toEqual([4, 11, 10]);
  });

  it('show in red why the proxy refused, and leave nothing to undo', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('+');
    driver.answer({ ok: false, reason: 'read only' });
    expect(driver.status).toContain('cap unchanged: read only');
    driver.press('u', '+');
    expect(driver.caps).toEqual([4, 4]);
  });

  it('come after an eviction that can still be undone', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('tab', 'e', '+', 'u', 'u');
    expect(driver.state.armed).toEqual([]);
    expect(driver.caps).toEqual([4, 3]);
  });
});

describe('the dialog of the cap', () => {
  it('shows what the proxy says the number would do', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', '5');
    expect(driver.effects.at(-1)).toMatchObject({ command: { do: 'preview-cap', cap: 5 } });
    expect(driver.screen).toContain('asking the proxy');
    driver.answer(preview(5, 4));
    const shown = driver.screen;
    for (const text of [
      'Viewer cap per session',
      'now 3   new [ 5_ ]   up/down step, digits type',
      '4 sessions are above the new cap:',
      '  deploy-77f1 8, tty-prod-db2 8, load-eu-west 8, +1 more',
      'Nobody is evicted. New viewers are refused until',
      'those sessions drop below 5. Free slots now 47, then 21.',
      'enter apply   esc cancel (default)   u reverts later',
    ]) {
      expect(shown).toContain(text);
    }
  });

  it('applies with enter, to be undone with u', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', '1', '2', 'enter');
    expect(driver.state.modal.mode).toBe('main');
    expect(driver.caps).toEqual([12]);
    driver.answer({ ok: true });
    expect(driver.status).toContain('cap 3 to 12   u undo');
    driver.press('u');
    expect(driver.caps).toEqual([12, 3]);
  });

  it('changes nothing with esc, nor with the number that holds already', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', '7', 'esc', 'c', 'enter');
    expect(driver.caps).toEqual([]);
    expect(driver.status).toContain('cap stays 3');
  });

  it('takes steps and digits, and refuses to apply what is no cap', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', 'backspace', 'enter');
    expect(driver.caps).toEqual([]);
    expect(driver.screen).toContain('a cap is a number from 1 to 100000');
    driver.press('0', 'down', 'up', 'enter');
    expect(driver.caps).toEqual([2]);
    driver.press('c', '9', '9', '9', '9', '9', '9', '9', 'enter');
    expect(driver.caps).toEqual([2]);
  });

  it('drops answers to older questions and asks again while it stays open', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', '5');
    const asked = driver.effects.findLast((effect) => effect.do === 'send');
    driver.press('backspace', '1');
    if (asked?.do !== 'send') throw new Error('nothing was asked');
    driver.input({ type: 'result', reply: asked.reply, result: preview(5, 4) });
    expect(driver.screen).not.toContain('sessions are above');
    const before = driver.effects.length;
    driver.wait(1000);
    driver.show();
    expect(driver.effects).toHaveLength(before + 1);
  });

  it('sets the cap of the selected session alone, and lifts it again', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', 'tab', '9', 'enter');
    expect(driver.effects.at(-1)).toMatchObject({
      command: { do: 'set-cap', cap: 9, session: 'deploy-77f1' },
    });
    driver.press('u');
    expect(driver.effects.at(-1)).toMatchObject({
      command: { do: 'lift-cap', session: 'deploy-77f1' },
    });
    driver.show({ ...smallWorld, ownCaps: { 'deploy-77f1': 9 } });
    expect(driver.screen).toContain('Viewers of deploy-77f1 3/9 own cap');
    driver.press('c', 'tab');
    expect(driver.screen).toContain('now 9 (its own)');
    driver.press('d');
    expect(driver.effects.at(-1)).toMatchObject({ command: { do: 'lift-cap' } });
    driver.press('u');
    expect(driver.effects.at(-1)).toMatchObject({ command: { do: 'set-cap', cap: 9 } });
  });

  it('keeps to its session when the selection moves on', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('j', 'c', 'tab');
    const { 'oncall-9ac0': _gone, ...sessions } = smallWorld.sessions;
    driver.show({ ...smallWorld, sessions });
    driver.press('5', 'enter');
    expect(driver.caps).toEqual([]);
    expect(driver.screen).toContain('oncall-9ac0 has gone');
  });

  it('counts one session as one', () => {
    const driver = new ConsoleDriver(smallWorld);
    driver.press('c', '7');
    driver.answer(preview(7, 1));
    expect(driver.screen).toContain('1 session is above the new cap:');
    expect(driver.screen).toContain('that session drops below 7.');
  });
});
