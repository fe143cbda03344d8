import { describe, expect, test } from 'vitest';
import { wantsConsole } from '../../src/run/front.ts';

const terminal = {
  headless: false,
  env: { TERM: 'xterm-256color' },
  stdinIsTerminal: true,
  stdoutIsTerminal: true,
};

describe('the console', () => {
  test('is drawn in a terminal', () => {
    expect(wantsConsole(terminal)).toBe(true);
    expect(wantsConsole({ ...terminal, env: {} })).toBe(true);
  });

  test.each([
    ['it is declined', { headless: true }],
    ['nobody could press a key', { stdinIsTerminal: false }],
    ['nobody could see it', { stdoutIsTerminal: false }],
    ['the terminal cannot move its cursor', { env: { TERM: 'dumb' } }],
    ['this is a build', { env: { CI: 'true' } }],
    ['CI is set, even to nothing', { env: { CI: '' } }],
    ['this is a build elsewhere', { env: { CONTINUOUS_INTEGRATION: '1' } }],
  ])('is not drawn where %s', (_why, around) => {
    expect(wantsConsole({ ...terminal, ...around })).toBe(false);
  });

  test.each(['0', 'false'])('is drawn with CI=%s', (CI) => {
    expect(wantsConsole({ ...terminal, env: { CI } })).toBe(true);
  });
});
