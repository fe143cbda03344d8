import { describe, expect, it } from 'vitest';
import { keys, startCommandInTerminal, startInShell } from './pty.ts';

const bash = (script: string, size: { cols?: number; rows?: number } = {}) =>
  startCommandInTerminal('bash', ['-c', script], size);

describe('the terminal', () => {
  it('shows what the program draws, waits for it, and passes keys on', async () => {
    const run = bash(
      String.raw`printf 'name? '; read name; printf '\e[1;31mhello \e[7m%s\e[0m\n' "$name"`,
    );
    await run.until(/name\?/);
    run.press('mira');
    run.press(keys.enter);
    const screen = await run.until((rows) => rows[1] === 'hello mira', 'the greeting');
    expect(screen[0]).toBe('name? mira');
    const [hello, mira, rest] = (await run.cells())[1]!;
    expect(hello).toMatchObject({ text: 'hello ', fg: 1, bg: null, bold: true, inverse: false });
    expect(mira).toMatchObject({ text: 'mira', inverse: true });
    expect(rest).toMatchObject({ fg: null, bold: false });
    expect(await run.exited()).toMatchObject({ exitCode: 0 });
  });

  it('tells the alternate screen and a hidden cursor from what they were before', async () => {
    const run = bash(
      String.raw`printf '\e[?1049h\e[?25lfull'; read; printf '\e[?25h\e[?1049l'; read`,
    );
    await run.until(/full/);
    expect([await run.bufferType(), await run.cursorShown()]).toEqual(['alternate', false]);
    run.press(keys.enter);
    await run.until((rows) => !rows.join('').includes('full'), 'the primary screen');
    expect([await run.bufferType(), await run.cursorShown()]).toEqual(['normal', true]);
  });

  it('tells the program about a new size', async () => {
    const run = bash('trap "stty size" WINCH; echo ready; while :; do sleep 0.05; done', {
      cols: 40,
      rows: 10,
    });
    await run.until(/ready/);
    run.resize(60, 15);
    await run.until(/15 60/);
    run.signal('SIGKILL');
    expect(await run.exited()).toMatchObject({ signal: 9 });
  });

  it('does not look at half a frame', async () => {
    const run = bash(
      String.raw`printf 'one'; read; printf '\e[?2026h\rtwo'; read; printf ' three\e[?2026l'; read`,
    );
    await run.until(/one/);
    run.press(keys.enter);
    await expect(run.until(/two/, 'half a frame', { ms: 300 })).rejects.toThrow('in vain');
    expect((await run.screen()).join('')).toContain('two');
    run.press(keys.enter);
    await run.until(/three/);
  });

  it('counts the rows that were too wide for it', async () => {
    const run = bash('printf 1234567890; read; echo 12345678901; read', { cols: 10, rows: 4 });
    await run.until(/^1234567890$/m);
    expect(run.wrapped()).toBe(0);
    run.press(keys.enter);
    await run.until(/^1$/m);
    expect(run.wrapped()).toBe(1);
  });

  it('stops reading and goes on where it stopped', async () => {
    const run = bash('read; seq 1 200000; echo the end');
    run.pauseReading();
    run.press(keys.enter);
    const before = run.output().length;
    await expect(run.until(/the end/, 'the end', { ms: 300 })).rejects.toThrow('in vain');
    expect(run.output().length - before).toBeLessThan(200_000);
    run.resumeReading();
    await run.until(/the end/);
  });

  it('says what was on the screen when a wait is in vain', async () => {
    const run = bash('echo something else; read', { cols: 20, rows: 2 });
    await run.until(/else/);
    await expect(run.until(/this/, 'this', { ms: 1 })).rejects.toThrow(
      /screen to show this\n\+-{20}\+\n\|something else {6}\|/,
    );
    run.press(keys.enter);
    await expect(run.until(/that/)).rejects.toThrow('the program ended before /that/');
  });

  it('gives a user’s environment, not the test runner’s', async () => {
    const run = bash('env');
    await run.exited();
    expect(run.output()).toMatch(/^TERM=xterm-256color\r$/m);
    expect(run.output()).toMatch(/^LANG=C\.UTF-8\r$/m);
    expect(run.output()).not.toMatch(/^(CI|NO_COLOR|NODE_ENV|VITEST\w*)=/m);
  });
});

describe('the shell', () => {
  it.for([
    { settings: 'echo -icanon', left: '-icanon' },
    { settings: 'sane', left: ' icanon' },
  ])('shows $left after a program that left the terminal so', async ({ settings, left }) => {
    const run = startInShell([`stty raw; stty ${settings}; exit 3`], { command: ['bash', '-c'] });
    const { exitCode, stty } = await run.afterwards();
    expect(exitCode).toBe(3);
    expect(stty.replaceAll(/\s/g, ' ')).toContain(left);
  });

  it('survives the signal that ends the program', async () => {
    const run = startInShell(['echo ready; exec sleep 60'], { command: ['bash', '-c'] });
    await run.until(/ready/);
    run.signal('SIGTERM');
    expect((await run.afterwards()).exitCode).toBe(143);
  });
});
