import { describe, expect, test } from 'vitest';
import type { ControlOptions } from '../../src/contract.ts';
import { parseOptions } from '../../src/cli/options.ts';
import { BouncerError } from '../../src/errors.ts';

type Texts = Readonly<Record<string, string>>;

const controlOf = (flags: Texts, env: Texts = {}, demo = false): ControlOptions => {
  const backend = demo ? {} : { backend: 'ws://127.0.0.1:1' };
  return parseOptions({ flags: { ...backend, ...flags }, env, maxViewersDefault: 480, demo })
    .control;
};

const lineOf = (flags: Texts, env: Texts = {}): string => {
  try {
    controlOf(flags, env);
  } catch (error) {
    if (error instanceof BouncerError && error.exitCode === 2) return error.line;
  }
  throw new Error('no usage error');
};

const token = { WSBOUNCER_CONTROL_TOKEN: ' a-token-of-some-length ' };

describe('the control socket', () => {
  test.each([false, true])('is on by default, and over TCP off (demo: %s)', (demo) => {
    expect(controlOf({}, {}, demo)).toEqual({
      socketPath: 'default',
      listen: null,
      isPublic: false,
      tokenFile: null,
      token: null,
      maxStreamsPerAddress: 4,
    });
  });

  test('is where it is said, or nowhere', () => {
    expect(controlOf({ control: '/run/a.sock' }).socketPath).toBe('/run/a.sock');
    expect(controlOf({ control: 'unix:/run/a.sock' }).socketPath).toBe('/run/a.sock');
    expect(controlOf({}, { WSBOUNCER_CONTROL: 'none' }).socketPath).toBeNull();
  });

  test('goes over TCP with a token of the environment or a file', () => {
    const listen = { host: '127.0.0.1', port: 9000 };
    const flags = { 'control-listen': '127.0.0.1:9000', 'max-streams-per-address': '9' };
    expect(controlOf(flags, token)).toMatchObject({
      listen,
      token: 'a-token-of-some-length',
      maxStreamsPerAddress: 9,
    });
    expect(controlOf({ ...flags, 'control-token-file': 't' }, token)).toMatchObject({
      tokenFile: 't',
      token: null,
    });
    for (const host of ['localhost', '[::1]', '127.1.2.3']) {
      expect(controlOf({ 'control-listen': `${host}:1` }, token).listen?.port).toBe(1);
    }
    const open = { 'control-listen': '0.0.0.0:9000', 'control-public': 'true' };
    expect(controlOf(open, token).listen?.host).toBe('0.0.0.0');
  });

  test('may have a file of tokens before anybody says where it listens', () => {
    expect(controlOf({ 'control-token-file': 't' }).tokenFile).toBe('t');
  });

  test.each<[Texts, Texts, string]>([
    [
      { control: 'a.sock' },
      {},
      '--control "a.sock" has a socket path that is not absolute; start the path with /, or pass none',
    ],
    [{ control: `/${'x'.repeat(120)}` }, {}, 'keep it within 107 bytes'],
    [
      { 'control-listen': '9000' },
      token,
      '--control-listen "9000" has no host; write 127.0.0.1:9000',
    ],
    [{ 'control-listen': 'unix:/a.sock' }, token, 'is a Unix socket; pass it to --control'],
    [
      { 'control-listen': '127.0.0.1:9000' },
      {},
      '--control-listen "127.0.0.1:9000" needs a token; pass --control-token-file <file>, or set WSBOUNCER_CONTROL_TOKEN',
    ],
    [
      { 'control-listen': '0.0.0.0:9000' },
      token,
      'can be reached from other machines; use 127.0.0.1, or pass --control-public if that is meant',
    ],
    [{ 'control-listen': '127.evil.example:9000' }, token, 'can be reached from other machines'],
    [
      { 'max-streams-per-address': '0' },
      {},
      '--max-streams-per-address "0" is out of range; pass a number from 1 to 100',
    ],
  ])('says what is wrong with %j', (flags, env, line) => {
    expect(lineOf(flags, env)).toContain(line);
  });
});
