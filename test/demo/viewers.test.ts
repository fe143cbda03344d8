import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { answering } from '../../src/demo/manners.ts';
import { keepViewing, storm } from '../../src/demo/viewers.ts';
import { silentBackend, statusBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { FakeClock } from '../support/fake-clock.ts';

const present = { who: 'ana', manner: answering(() => 0) };

/** Every connection so far, and its end as the other side sees it. */
const place = async () => {
  const backend = await silentBackend();
  const clock = new FakeClock();
  return { backend, clock, url: backend.url.replace('{session}', 'one') };
};

describe('a viewer that is kept', () => {
  it.for([
    { code: 1000, awayMs: 300 },
    { code: 1001, awayMs: 300 },
    { code: 1008, awayMs: 8000 },
    { code: 1013, awayMs: 8000 },
  ])('comes back $awayMs ms after a close with $code', async ({ code, awayMs }) => {
    const { backend, clock, url } = await place();
    onCleanup(keepViewing(clock, url, present, { afterMs: 50, awayMs: 300 }));
    clock.advance(49);
    expect(backend.tally.total('one')).toBe(0);
    clock.advance(1);
    const { ws } = await backend.connections.next();
    ws.close(code);
    await once(ws, 'close');
    // The viewer knows of its end once it has set the timer for its return.
    await clock.whenPending(1);
    clock.advance(awayMs - 1);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    await backend.connections.next();
    expect(backend.tally.total('one')).toBe(2);
  });

  it('tries again after a dial that failed', async () => {
    const backend = await statusBackend(502);
    const clock = new FakeClock();
    const url = backend.url.replace('{session}', 'one');
    onCleanup(keepViewing(clock, url, present, { afterMs: 0, awayMs: 300 }));
    for (const dials of [1, 2, 3]) {
      clock.advance(300);
      await clock.whenPending(1);
      expect(backend.tally.total('one')).toBe(dials);
    }
  });

  it.for(['while it waits', 'while it dials', 'while it is open'] as const)(
    'is gone for good when it is cancelled %s',
    async (when) => {
      const { backend, clock, url } = await place();
      const cancel = keepViewing(clock, url, present, { afterMs: 10, awayMs: 10 });
      if (when !== 'while it waits') clock.advance(10);
      if (when === 'while it is open') await backend.connections.next();
      cancel();
      await backend.tally.until((tally) => tally.open('one') === 0, 'its connection to end');
      expect(clock.pending).toBe(0);
    },
  );
});

describe('a storm', () => {
  it('tries so many times, drops what was let in, and rests', async () => {
    const { backend, clock, url } = await place();
    onCleanup(storm(clock, url, { afterMs: 0, tries: 3, betweenMs: 100, restMs: 1000 }));
    clock.advance(0);
    clock.advance(100);
    clock.advance(100);
    await backend.tally.until((tally) => tally.open('one') === 3, 'three to pile up');
    clock.advance(100);
    await backend.tally.until((tally) => tally.open('one') === 0, 'all three to be dropped');
    clock.advance(999);
    expect(backend.tally.total('one')).toBe(3);
    clock.advance(1);
    await backend.tally.until((tally) => tally.total('one') === 4, 'the next one');
  });

  it('ends at once, with what it holds', async () => {
    const { backend, clock, url } = await place();
    const cancel = storm(clock, url, { afterMs: 0, tries: 3, betweenMs: 100, restMs: 1000 });
    clock.advance(100);
    await backend.tally.until((tally) => tally.open('one') === 2, 'two to be let in');
    cancel();
    await backend.tally.until((tally) => tally.open('one') === 0, 'both to end');
    expect(clock.pending).toBe(0);
  });
});
