import { describe, expect, test } from 'vitest';
import type { FlagValue } from '../../src/cli/option-reader.ts';
import { parseOptions } from '../../src/cli/options.ts';

const demoOf = (
  flags: Readonly<Record<string, FlagValue>>,
  env: Readonly<Record<string, string>> = {},
) => {
  const parsed = parseOptions({ flags, env, demo: true, maxViewersDefault: 480 });
  if (parsed.command !== 'demo') throw new Error('not the demo');
  return parsed;
};

describe('the demo', () => {
  test('ends by itself only where that is wanted', () => {
    expect(demoOf({}).forMs).toBeNull();
    expect(demoOf({ for: '30s' }).forMs).toBe(30_000);
  });

  test('takes any port only where none was asked for', () => {
    expect(demoOf({}).anyPort).toBe(true);
    expect(demoOf({ listen: '127.0.0.1:8080' }).anyPort).toBe(false);
    expect(demoOf({}, { WSBOUNCER_LISTEN: '127.0.0.1:8080' }).anyPort).toBe(false);
  });

  test('leaves alone what the environment says of a real backend', () => {
    const env = { WSBOUNCER_BACKEND: 'ws://h/{session}', WSBOUNCER_PATH: '/x' };
    expect(demoOf({}, env).options).not.toHaveProperty('backend');
    expect(demoOf({}, env).options.path).toBe('/ws/{session}');
  });
});
