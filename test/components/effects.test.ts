import { describe, expect, it } from 'vitest';
import { carriesOut } from '../../components/effects.ts';
import { smallWorld } from '../console/worlds.ts';
import { FakeControl } from '../support/fake-control.ts';
import { FakeTerminal } from '../support/fake-terminal.ts';
import { turn } from '../support/turns.ts';

const setUp = () => {
  const terminal = new FakeTerminal(80, 24);
  const control = new FakeControl(smallWorld);
  const said: string[] = [];
  const done: string[] = [];
  const written = Promise.withResolvers<string>();
  const carryOut = carriesOut({
    stdout: terminal.stdout,
    control,
    save: () => written.promise,
    say: (tone, text) => said.push(`${tone}: ${text}`),
    redraw: () => done.push('redraw'),
    move: (move) => done.push(`move ${move.do}`),
    log: () => done.push('log'),
    quit: () => done.push('quit'),
  });
  return { terminal, control, said, done, written, carryOut };
};

describe('copying', () => {
  it('writes the text as base64 into the clipboard of the terminal', () => {
    const { terminal, said, carryOut } = setUp();
    carryOut({ do: 'copy', text: 'v1042 10.4.9.17\u0007\u001B[2J gr\u00fcn' });
    const base64 = terminal.written.slice('\u001B]52;c;'.length, -1);
    expect(terminal.written).toBe(`\u001B]52;c;${base64}\u0007`);
    expect(base64).toMatch(/^[A-Za-z0-9+/=]+$/);
    expect(Buffer.from(base64, 'base64').toString()).toBe(
      'v1042 10.4.9.17\u0007\u001B[2J gr\u00fcn',
    );
    expect(said).toEqual([]);
  });

  it('writes nothing while the terminal is behind, and says so', () => {
    const { terminal, said, carryOut } = setUp();
    terminal.waiting = 16 * 1024 + 1;
    carryOut({ do: 'copy', text: 'v1042' });
    expect(terminal.written).toBe('');
    expect(said).toEqual(['bad: not copied: the terminal is behind; press the key again']);
  });

  it('takes 100 KiB and no more', () => {
    const { terminal, said, carryOut } = setUp();
    carryOut({ do: 'copy', text: 'x'.repeat(100 * 1024 + 1) });
    expect(terminal.written).toBe('');
    expect(said).toEqual(['bad: not copied: the text is too long']);
    carryOut({ do: 'copy', text: 'x'.repeat(100 * 1024) });
    expect(terminal.written).toHaveLength(4 * Math.ceil((100 * 1024) / 3) + 8);
  });
});

describe('a file', () => {
  it('is written one at a time', async () => {
    const { control, said, written, carryOut } = setUp();
    carryOut({ do: 'export', name: 'one.json' });
    carryOut({ do: 'export', name: 'two.json' });
    expect(said).toEqual(['warn: the last file is still being written']);
    await control.show();
    written.resolve('/home/op/one.json');
    await turn();
    expect(said.slice(1)).toEqual([
      expect.stringMatching(/^good: wrote \d+ viewers? to .*one.json$/),
    ]);
    carryOut({ do: 'export', name: 'three.json' });
    expect(said).toHaveLength(2);
  });
});

describe('the rest', () => {
  it('is for whoever shows the console', () => {
    const { done, carryOut } = setUp();
    for (const effect of ['log', 'redraw', 'quit'] as const) carryOut({ do: effect });
    carryOut({ do: 'move', move: { do: 'step', by: 1 } });
    expect(done).toEqual(['log', 'redraw', 'quit', 'move step']);
  });
});
