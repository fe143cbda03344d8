import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { KeptEvents } from '../../src/run/kept-events.ts';
import { privateDirectory } from '../support/backend-server.ts';

const event = (address: string): ProxyEvent => ({ time: 'now', event: 'proxy.listening', address });

const settings = async () => ({
  path: join(await privateDirectory(), 'log'),
  size: 0,
  files: 1,
});

test('events from before the log wait for it, where one is expected', async () => {
  const options = await settings();
  const kept = new KeptEvents(systemClock, true);
  kept.write(event('first'));
  await kept.openAt(options);
  kept.write(event('second'));
  expect(await kept.end(1000)).toEqual({ missing: 0, detail: null });
  expect(readFileSync(options.path, 'utf8').trim().split('\n')).toEqual(
    ['first', 'second'].map((address) => JSON.stringify(event(address))),
  );
});

test('where none is expected nothing waits', async () => {
  const options = await settings();
  const kept = new KeptEvents(systemClock, false);
  kept.write(event('first'));
  kept.reopen();
  expect(await kept.end(1000)).toEqual({ missing: 0, detail: null });
  await kept.openAt(options);
  expect(await kept.end(1000)).toEqual({ missing: 0, detail: null });
  expect(readFileSync(options.path, 'utf8')).toBe('');
});
