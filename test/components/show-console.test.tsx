import { describe, expect, it, vi } from 'vitest';
import type { ConsoleSettings } from '../../components/show-console.tsx';
import type { ProxyEvent } from '../../src/events.ts';
import { smallWorld } from '../console/worlds.ts';
import { turn } from '../support/turns.ts';
import { givenBack, show as showAny } from './shown.ts';

// Read when the drawing library is loaded, and there is no terminal here to ask.
vi.hoisted(() => {
  process.env['FORCE_COLOR'] = '1';
});

const show = async (settings: Partial<ConsoleSettings> = {}, columns = 80, rows = 24) => {
  const console = await showAny(settings, columns, rows);
  await console.terminal.until(columns < 50 ? /wsb/ : / cap 3 /);
  return console;
};

describe('the console on a terminal', () => {
  it('takes the alternate screen, raw, and never waits for the terminal', async () => {
    const { terminal } = await show();
    expect(await terminal.shows()).toBe('alternate');
    expect(terminal.raw).toBe(true);
    expect(terminal.blocking).toBe(false);
    const rows = await terminal.rows();
    expect(rows[0]).toContain('wsbouncer  ws://127.0.0.1:8080');
    expect(rows[2]).toContain('join: here');
    expect(rows.at(-1)).toContain('? help  q quit');
  });

  it('gives the terminal back at once when it is closed, and only once', async () => {
    const { terminal, shown, control } = await show();
    shown.close();
    const { written } = terminal;
    shown.close();
    expect(terminal.written).toBe(written);
    expect(control.unwatched).toBe(true);
    await givenBack(terminal);
  });

  it('shows what the program itself has to say for a minute, and the keys beside it', async () => {
    const { terminal, shown, clock } = await show();
    shown.tell('the relay broke and was started again; all viewers are gone');
    await terminal.until(
      / the relay broke and was started again; all viewers are gone +.*q quit$/m,
    );
    clock.advance(60_000);
    await terminal.until(/ e evict {2}u undo.*q quit$/m);
    shown.close();
    shown.tell('said too late');
    expect(terminal.written).not.toContain('too late');
  });

  it('tells that the operator has confirmed quitting, after giving the terminal back', async () => {
    const { terminal, shown, type } = await show();
    await type('q', 'y');
    await expect(shown.done).resolves.toBe('quit');
    await givenBack(terminal);
  });

  it('does not wait long for a terminal that no longer reads', async () => {
    const { terminal, shown, clock, type } = await show();
    terminal.stalled = true;
    await type('q', 'y');
    clock.advance(500);
    await expect(shown.done).resolves.toBe('quit');
  });

  it('fails with what broke while drawing, and gives the terminal back', async () => {
    const { terminal, shown, control } = await show();
    await control.show({ ...smallWorld, events: [{ event: 'proxy.stopped' } as ProxyEvent] });
    await expect(shown.done).rejects.toThrow(TypeError);
    await givenBack(terminal);
  });

  it('fails with what broke while a key was handled', async () => {
    const { terminal, shown, control, type } = await show();
    control.command = () => {
      throw new Error('no such command');
    };
    await type('+');
    await expect(shown.done).rejects.toThrow('no such command');
    await givenBack(terminal);
  });

  it('fails when the terminal goes away, and survives what comes after', async () => {
    const { terminal, shown } = await show();
    terminal.stdout.emit('error', new Error('EIO'));
    await expect(shown.done).rejects.toThrow('EIO');
    terminal.stdout.emit('error', new Error('EIO again'));
    terminal.stdin.emit('error', new Error('EIO'));
    expect(terminal.raw).toBe(false);
  });

  it('fails when the terminal hangs up', async () => {
    const { terminal, shown } = await show();
    terminal.stdin.emit('end');
    await expect(shown.done).rejects.toThrow('the terminal has gone');
  });

  it('draws nothing while the terminal is behind, and what is true then when it is back', async () => {
    const { terminal, control, clock, type } = await show();
    terminal.waiting = 16 * 1024 + 1;
    const { written } = terminal;
    let taken = false;
    const picture = control.show({ ...smallWorld, cap: 7 }).then(() => {
      taken = true;
    });
    await type('j', 'j', '\t');
    clock.advance(5000);
    await turn();
    expect(terminal.written).toBe(written);
    expect(taken).toBe(false);
    terminal.waiting = 0;
    clock.advance(50);
    await picture;
    await terminal.until(/Viewers of tty-bastion 1\/7/);
  });

  it('keeps the screen right while the terminal is resized again and again', async () => {
    const { terminal } = await show();
    for (let step = 0; step < 25; step += 1) {
      terminal.resize(50 + ((step * 37) % 80), 12 + ((step * 17) % 30));
      await turn();
    }
    terminal.resize(100, 30);
    await terminal.until(/TREND/);
    const rows = await terminal.rows();
    expect(rows.filter((row) => row.includes('wsbouncer  ws:'))).toHaveLength(1);
    expect(rows[0]).toContain('wsbouncer  ws:');
    expect(rows.filter((row) => row.includes('q quit'))).toHaveLength(1);
    expect(rows.at(-1)).toContain('q quit');
  });

  it('draws everything anew once a new size has stayed for a moment, and only then', async () => {
    const { terminal, clock, shown } = await show();
    terminal.resize(81, 24);
    clock.advance(99);
    terminal.resize(82, 24);
    // What a frame for another size may leave behind: the drawing knows nothing of it.
    terminal.stdout.write('\u001B7\u001B[7;1HLEFT BEHIND\u001B8');
    await terminal.until(/LEFT BEHIND/);
    clock.advance(99);
    await turn();
    expect((await terminal.rows())[6]).toBe('LEFT BEHIND');
    clock.advance(1);
    await terminal.until(/^(?![^]*LEFT BEHIND)[^]*q quit$/);
    expect((await terminal.rows())[6]).toBe('');
    terminal.resize(90, 30);
    shown.close();
    expect(clock.pending).toBe(0);
  });

  it('uses colours, and none with NO_COLOR, where the cursor is still seen', async () => {
    const colored = await (await show()).terminal.runs();
    expect(colored.filter(({ fg }) => fg !== null).length).toBeGreaterThan(10);
    expect(colored.every(({ fg, bg }) => Number(fg) < 16 && bg === null)).toBe(true);
    const plain = await (await show({ env: { NO_COLOR: '1' } })).terminal.runs();
    expect(plain.filter(({ fg, bg }) => fg !== null || bg !== null)).toEqual([]);
    const row = plain.filter(({ inverse }) => inverse).map(({ text }) => text);
    expect(row.join('')).toMatch(/^▸■ deploy-77f1 .{65}$/);
    expect(plain.some(({ bold }) => bold)).toBe(true);
  });

  it('uses no colours where the operator wants none', async () => {
    const plain = await (await show({ color: false })).terminal.runs();
    expect(plain.filter(({ fg, bg }) => fg !== null || bg !== null)).toEqual([]);
    expect(plain.some(({ bold }) => bold)).toBe(true);
  });

  it.each([
    ['the locale is not UTF-8', { env: { LANG: 'C' } }],
    ['the operator wants it', { ascii: true, env: { LANG: 'en_US.UTF-8' } }],
  ])('writes 7-bit text where %s', async (_why, settings) => {
    const { terminal } = await show(settings);
    expect((await terminal.rows()).join('')).toMatch(/^[\x20-\x7e]*$/);
  });

  it('draws everything anew at ctrl-l', async () => {
    const { terminal, type } = await show();
    terminal.stdout.write('\u001B7\u001B[7;1HLEFT BEHIND\u001B8');
    await terminal.until(/LEFT BEHIND/);
    await type('\u000C');
    await terminal.until(/^(?![^]*LEFT BEHIND)[^]*q quit$/);
    expect((await terminal.rows())[6]).not.toContain('LEFT');
  });
});
