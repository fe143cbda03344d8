import { describe, expect, it } from 'vitest';
import type { ConsoleSettings } from '../../components/show-console.tsx';
import type { ProxyEvent } from '../../src/events.ts';
import { smallWorld, without } from '../console/worlds.ts';
import { sessionId, viewerId } from '../support/fake-control.ts';
import { turn } from '../support/turns.ts';
import { givenBack, show } from './shown.ts';

const refusal: ProxyEvent = {
  time: '2026-11-21T12:05:03.000Z',
  event: 'viewer.refused',
  session: sessionId('deploy-77f1'),
  cause: 'cap',
  remote: '10.8.1.30:4711',
  viewers: 3,
  cap: 3,
};

const evictedLeaves: ProxyEvent = {
  time: '2026-11-21T12:05:04.000Z',
  event: 'viewer.left',
  session: sessionId('deploy-77f1'),
  viewer: viewerId('v1042'),
  cause: 'evicted',
  remote: '10.8.1.30:4711',
  viewers: 2,
  cap: 3,
  durationMs: 1,
  bytesToViewer: 1,
  bytesToBackend: 1,
  messagesToViewer: 1,
  messagesToBackend: 1,
  closeSent: true,
};

/** A console whose operator has left the screen. */
const logged = async (settings: Partial<ConsoleSettings> = {}, before: readonly string[] = []) => {
  const console = await show(settings, 100);
  await console.terminal.until(/ cap 3 /);
  await console.type(...before, 'l');
  await console.terminal.until(/log mode: Enter alone goes back/);
  return console;
};

const enter = '\r';

describe('log mode', () => {
  it('gives the screen back, keeps the terminal raw, and begins with how it is', async () => {
    const { terminal, ears } = await logged();
    expect(await terminal.shows()).toBe('normal');
    expect(terminal.raw).toBe(true);
    // Pasted text is marked.
    const last = (sequence: string): number => terminal.written.lastIndexOf(sequence);
    expect(last('\u001B[?2004h')).toBeGreaterThan(last('\u001B[?2004l'));
    expect(ears()).toBe(1);
    expect((await terminal.rows()).filter((row) => row !== '')).toEqual([
      'log mode: Enter alone goes back to the screen; type help for the commands',
      '3 sessions, 6 viewers, cap 3, 1 stuck, 1 late, 1 full',
      'needs you: v1042 stuck in deploy-77f1, 3.0M waits for 11s; v1101 late in oncall-9ac0, 24s left',
    ]);
  });

  it('prints what happens, the end of an evicted viewer once', async () => {
    const { terminal, tell } = await logged();
    tell(refusal);
    tell(evictedLeaves);
    tell({ time: '2026-11-21T12:05:05.000Z', event: 'proxy.stopped' });
    await terminal.until(/^12:05:03 refuse +deploy-77f1 .*\n12:05:05 stopped$/m);
    expect(terminal.written).not.toContain('12:05:04');
  });

  it('tells the first refusal of a session, and sums the others up', async () => {
    const { terminal, tell, clock } = await logged();
    for (let count = 0; count < 15; count += 1) tell(refusal);
    await terminal.until(/^12:05:03 refuse +deploy-77f1 /m);
    clock.advance(10_000);
    await terminal.until(/^refused meanwhile: 14 more, deploy-77f1 cap$/m);
    expect(terminal.written.match(/12:05:03 refuse/g)).toHaveLength(1);
    tell(refusal);
    await terminal.until(/meanwhile[^]*12:05:03 refuse/);
  });

  it('goes back to the screen at Enter alone, and lets go of the events', async () => {
    const { terminal, ears, type, control } = await logged();
    await type(enter);
    await terminal.until(/^ wsbouncer[^]*q quit$/);
    expect(await terminal.shows()).toBe('alternate');
    expect(terminal.raw).toBe(true);
    expect(ears()).toBe(0);
    // Keys go to the screen again.
    await type('\t', 'e', enter);
    expect(control.commands).toMatchObject([{ do: 'evict', viewer: 'v1042' }]);
    await type('l');
    await terminal.until(/log mode[^]*log mode/);
    expect(await terminal.shows()).toBe('normal');
  });

  it('takes a key that is held for one', async () => {
    const { terminal } = await logged({}, ['ll']);
    expect(terminal.written.match(/log mode: /g)).toHaveLength(1);
  });

  it('sums up every ten seconds what has changed', async () => {
    const { terminal, clock, control } = await logged();
    clock.advance(10_000);
    await control.show(without(smallWorld, 'v1001'));
    expect(terminal.written).not.toContain('2 sessions');
    clock.advance(10_000);
    await terminal.until(/^2 sessions, 5 viewers, cap 3, 1 stuck, 1 late, 1 full$/m);
    clock.advance(60_000);
    expect(terminal.written.match(/2 sessions, 5 viewers/g)).toHaveLength(1);
  });

  it('says who needs the operator when that changes, at most every two seconds', async () => {
    const { terminal, clock, control } = await logged();
    await control.show(without(smallWorld, 'v1101'));
    expect(terminal.written.match(/needs you/g)).toHaveLength(1);
    clock.advance(2000);
    await control.show();
    await terminal.until(/^needs you: v1042 stuck in deploy-77f1, 3\.0M waits for 11s$/m);
    clock.advance(2000);
    await control.show(without(without(smallWorld, 'v1101'), 'v1042'));
    await terminal.until(/^nobody needs you$/m);
  });

  it('goes on counting down what was armed before, and takes it back', async () => {
    const { terminal, clock, control, type } = await logged({}, ['\t', 'e']);
    await terminal.until(/^evicting v1042 in 3 s; type undo$/m);
    await type('\u001A');
    await terminal.until(/^v1042 stays$/m);
    clock.advance(10_000);
    expect(control.commands).toEqual([]);
  });

  it('carries out what was armed before, and says so', async () => {
    const { terminal, clock, control } = await logged({}, ['\t', 'e']);
    clock.advance(3000);
    expect(control.commands).toMatchObject([{ do: 'evict', viewer: 'v1042' }]);
    await terminal.until(/^evicted v1042$/m);
  });

  it('asks at ctrl-c, and quits at the second or at quit', async () => {
    const first = await logged();
    await first.type('\u0003');
    const question =
      /^quit\? it closes 6 viewers: type quit and Enter, or press ctrl-c again within 2 s$/m;
    await first.terminal.until(question);
    await first.type('\u0003');
    await expect(first.shown.done).resolves.toBe('quit');
    await givenBack(first.terminal);

    const second = await logged();
    await second.type('\u0003', 'quit', enter);
    await expect(second.shown.done).resolves.toBe('quit');
    await givenBack(second.terminal);
  });

  it('cancels at anything else, and Enter alone is no way back then', async () => {
    const { terminal, type } = await logged();
    await type('\u0003', enter);
    await terminal.until(/^cancelled$/m);
    expect(await terminal.shows()).toBe('normal');
    await type('\u0003', 'no', enter);
    await terminal.until(/^cancelled\n[^]*^> no\ncancelled$/m);
    await type(enter);
    await terminal.until(/q quit$/);
  });

  it('shows what is typed below the lines, and edits it', async () => {
    const { terminal, tell, type } = await logged();
    await type('hepl', '\u007F', '\u007F');
    await terminal.until(/^> he$/m);
    tell(refusal);
    await terminal.until(/^12:05:03 refuse .*\n> he$/m);
    await type('lp', enter);
    await terminal.until(/^> help\nevict viewer[^]*^quit - quit, after a question$/m);
    await type('cap 6', '\u0015', 'x', '\u001B', '\u001B[A');
    expect((await terminal.rows()).findLast((row) => row !== '')).toBe(
      'Enter alone - back to the screen',
    );
  });

  it('carries nothing out that is pasted', async () => {
    const { terminal, control, type } = await logged();
    await type('\u001B[200~cap 6\rquit\ry\r\u001B[201~');
    await terminal.until(/^pasted: press Enter to carry it out\n> cap 6quity$/m);
    await type('\u0015', '\u0003', 'yes please, all of them\ry\r');
    await turn();
    expect(control.commands).toEqual([]);
    expect(await terminal.shows()).toBe('normal');
    expect(terminal.raw).toBe(true);
  });

  it('carries out commands that are typed, and prints what came of them', async () => {
    const { terminal, clock, control, type } = await logged();
    await type('cap 6', enter);
    await terminal.until(/^> cap 6\ncap 3 to 6/m);
    expect(control.commands).toMatchObject([{ do: 'set-cap', cap: 6 }]);
    await type('evict v1043', enter);
    await terminal.until(/^> evict v1043\nevicting v1043 in 3 s; type undo$/m);
    await type('undo', enter);
    await terminal.until(/^> undo\nv1043 stays$/m);
    await type('evict v1042', enter);
    clock.advance(3000);
    await terminal.until(/^evicted v1042$/m);
    expect(control.commands).toHaveLength(2);
    await type('evcit v1043', enter);
    await terminal.until(/^> evcit v1043\n.*evcit/m);
  });

  it('asks before it evicts where the operator wants to be asked', async () => {
    const { terminal, control, type } = await logged({ confirm: 'always' });
    await type('evict v1043', enter);
    const question = /^evict v1043\? type y and Enter; anything else cancels$/m;
    await terminal.until(question);
    await type(enter, 'evict v1043', enter);
    await terminal.until(/cancelled[^]*evict v1043\?/);
    expect(control.commands).toEqual([]);
    await type('y', enter);
    await terminal.until(/^evicted v1043$/m);
    expect(control.commands).toMatchObject([{ do: 'evict', viewer: 'v1043' }]);
  });

  it('quits after a question when quit is typed', async () => {
    const { terminal, type, shown } = await logged();
    await type('quit', enter);
    await terminal.until(/^quit\? it closes 6 viewers: type quit once more/m);
    await type('quit', enter);
    await expect(shown.done).resolves.toBe('quit');
    expect(terminal.raw).toBe(false);
  });

  it('leaves a proxy that runs elsewhere running at Enter alone, and stops it where told to', async () => {
    const first = await logged({ attached: true });
    await first.type('quit', enter);
    await first.terminal.until(/^quit\? Enter leaves the proxy running; type stop and Enter/m);
    await first.type(enter);
    await expect(first.shown.done).resolves.toBe('quit');
    expect(first.control.commands).toEqual([]);

    const second = await logged({ attached: true });
    await second.type('quit', enter, 'stop', enter);
    await second.terminal.until(/^stop the proxy\? it closes 6 viewers; type y and Enter/m);
    await second.type('y', enter);
    expect(second.control.commands).toMatchObject([{ do: 'stop' }]);
  });

  it('drains after a question, and counts down in its summary', async () => {
    const { terminal, control, type } = await logged();
    await type('drain 2m', enter);
    const question =
      /^drain over 2m00s and end, with 6 viewers there\? type y and Enter; anything else cancels$/m;
    await terminal.until(question);
    await type('no', enter);
    await terminal.until(/^> no\ncancelled$/m);
    expect(control.commands).toEqual([]);
    await type('drain 2m', enter);
    await terminal.until(/cancelled[^]*drain over 2m00s and end/);
    await type('y', enter);
    await terminal.until(/^draining over 2m00s; the program ends by itself$/m);
    expect(control.commands).toMatchObject([{ do: 'drain', windowMs: 120_000 }]);
  });

  it('tells what others arm and undo, and not what it has said of its own', async () => {
    const { terminal, tell, type } = await logged();
    const time = '2026-11-21T12:05:03.000Z';
    const armed = {
      time,
      event: 'eviction.armed',
      viewers: [viewerId('v1042')],
      count: 1,
    } as const;
    tell({ ...armed, dueMs: 3_000, actor: 'console' });
    tell({ ...armed, dueMs: 3_000, actor: 'ann' });
    await terminal.until(/^12:05:03 arm     v1042 to be evicted in 3s, by ann$/m);
    await type('undo', enter);
    expect((await terminal.rows()).join('\n')).not.toContain('by console');
  });

  it('takes no yes to what it has not asked yet', async () => {
    const { terminal, control, type } = await logged();
    control.command = () => new Promise(() => undefined);
    await type(enter);
    await terminal.until(/q quit$/);
    await type('\t', 'lE');
    await terminal.until(/log mode[^]*log mode/);
    await type('y', enter);
    await terminal.until(/^> y\ncancelled$/m);
    expect(terminal.raw).toBe(true);
  });

  it('leaves what only a screen can show', async () => {
    const { terminal, type } = await show({}, 100);
    await terminal.until(/ cap 3 /);
    await type('l?');
    await terminal.until(/^that needs the screen$/m);
    await type(enter);
    await terminal.until(/^ wsbouncer[^]*q quit$/);
    expect((await terminal.rows()).join()).not.toContain('that needs');
  });

  it('offers a read-only operator nothing that changes the proxy', async () => {
    const { terminal, type } = await logged({ readOnly: true });
    await type('help', enter);
    await terminal.until(/^export .*\nhelp .*\nEnter alone/m);
    expect((await terminal.rows()).join('\n')).not.toMatch(/^(?:evict|cap|keep|quit) /m);
  });

  it('says what the program has to say, and that the proxy has ended', async () => {
    const { terminal, control, shown } = await logged();
    shown.tell('the relay broke and was started again');
    await terminal.until(/^the relay broke and was started again$/m);
    control.end('the thread died');
    await terminal.until(/^the proxy has ended: the thread died$/m);
    expect(terminal.written.match(/has ended/g)).toHaveLength(1);
  });

  it('gives the terminal back when it is closed', async () => {
    const { terminal, clock, ears, control, shown } = await logged();
    shown.close();
    await givenBack(terminal);
    expect(ears()).toBe(0);
    expect(clock.pending).toBe(0);
    expect(control.unwatched).toBe(true);
  });

  it('gives the terminal back where it cannot even begin', async () => {
    const { terminal, shown, type, proxy } = await show({}, 100);
    await terminal.until(/ cap 3 /);
    proxy.events = () => {
      throw new Error('no events');
    };
    await type('l');
    await expect(shown.done).rejects.toThrow('no events');
    await givenBack(terminal);
  });

  it('fails with what broke, and gives the terminal back', async () => {
    const { terminal, control, type, shown } = await logged({}, ['+']);
    control.command = () => {
      throw new Error('no such command');
    };
    await type('\u001A');
    await expect(shown.done).rejects.toThrow('no such command');
    await givenBack(terminal);
  });
});

const read = async () => {
  const console = await show({ env: { INK_SCREEN_READER: 'true' } });
  await console.terminal.until(/^3 sessions, 6 viewers/m);
  return console;
};

describe('for a screen reader', () => {
  it('lines are all there is, and Enter says how it is', async () => {
    const { terminal, type } = await read();
    expect(terminal.written).not.toContain('\u001B[?1049h');
    expect(await terminal.rows()).toContain('join: here');
    expect(await terminal.rows()).toContain(
      'wsbouncer: type help and Enter for the commands; Enter alone says how it is',
    );
    expect(terminal.written.match(/3 sessions/g)).toHaveLength(1);
    await type(enter);
    await terminal.until(/3 sessions[^]*3 sessions/);
    expect(await terminal.shows()).toBe('normal');
  });

  it('what others have armed before is told first, and again when the link is back', async () => {
    const armed = {
      count: 1,
      first: [{ viewer: viewerId('v1042'), actor: 'bob', leftMs: 2_000 }],
    };
    const { terminal, control, shown } = await show(
      { env: { INK_SCREEN_READER: 'true' }, attached: true },
      80,
      24,
      { ...smallWorld, armed },
    );
    await terminal.until(/^bob evicts v1042 in 2 s$/m);
    await control.show();
    shown.linkDown('the link is lost', false);
    await terminal.until(/^the link is lost; trying again$/m);
    await control.show();
    await terminal.until(/the link is lost[^]*^bob evicts v1042 in 2 s$/m);
    expect(terminal.written.match(/bob evicts/g)).toHaveLength(2);
  });

  it('the terminal is given back all the same', async () => {
    const { terminal, type, shown } = await read();
    await type('\u0003', '\u0003');
    await expect(shown.done).resolves.toBe('quit');
    expect(terminal.raw).toBe(false);
    expect(terminal.written.lastIndexOf('\u001B[?2004l')).toBeGreaterThan(
      terminal.written.lastIndexOf('\u001B[?2004h'),
    );
  });
});
