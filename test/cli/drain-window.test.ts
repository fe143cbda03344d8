import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../src/cli/options.ts';
import { BouncerError } from '../../src/errors.ts';

const parse = (window: string, demo = false) =>
  parseOptions({
    flags: { ...(demo ? {} : { backend: 'ws://127.0.0.1:7681/ws' }), 'drain-window': window },
    env: {},
    demo,
    maxViewersDefault: 480,
  });

describe('the drain window', () => {
  test.each([
    ['30s', 30_000],
    ['24h', 86_400_000],
    ['0', 0],
  ])('%s is %s ms', (text, ms) => {
    expect(parse(text).drainWindowMs).toBe(ms);
    expect(parse(text, true).drainWindowMs).toBe(ms);
  });

  test.each(['25h', '5', 'soon', '-1s'])('is not %s, with the remedy in one line', (text) => {
    let line = '';
    try {
      parse(text);
    } catch (error) {
      line = error instanceof BouncerError ? error.line : '';
    }
    expect(line).toMatch(/^wsbouncer: --drain-window "[^"]+" [^\n]+; [^\n]+$/);
  });
});
