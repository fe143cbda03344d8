import { describe, expect, it } from 'vitest';
import { giveBack, isBehind, neverWait } from '../../components/terminal.ts';
import { FakeTerminal } from '../support/fake-terminal.ts';

const gone = (): never => {
  throw new Error('EIO');
};

describe('a terminal', () => {
  it('is given back in full when the drawing cannot end by itself', async () => {
    const terminal = new FakeTerminal(80, 24);
    terminal.stdout.write('\u001B[?1049h\u001B[?25l\u001B[?2004h');
    giveBack(gone, terminal.stdin, terminal.stdout);
    expect(await terminal.shows()).toBe('normal');
    expect(terminal.raw).toBe(false);
    expect(terminal.written).toMatch(/\[0m.*\[\?25h.*\[\?2004l/);
  });

  it('that is gone is no reason to fail', () => {
    const { stdin, stdout } = new FakeTerminal(80, 24);
    const streams = [stdin, stdout].map((stream) =>
      Object.create(stream, { write: { value: gone }, setRawMode: { value: gone } }),
    );
    expect(() => giveBack(gone, streams[0], streams[1])).not.toThrow();
  });

  it('is left as it is where Node has no such handle', () => {
    const { stdout } = new FakeTerminal(80, 24);
    for (const handle of [undefined, null, {}]) {
      const other = Object.create(stdout, { _handle: { value: handle } });
      expect(() => neverWait(other)).not.toThrow();
    }
  });

  it('is behind with more than 16 KiB to take', () => {
    const terminal = new FakeTerminal(80, 24);
    terminal.waiting = 16 * 1024;
    expect(isBehind(terminal.stdout)).toBe(false);
    terminal.waiting += 1;
    expect(isBehind(terminal.stdout)).toBe(true);
  });
});
