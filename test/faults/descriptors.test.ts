/** A process whose table of descriptors is full: the real program, under a small `ulimit -n`. */
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { keepEchoing } from '../support/audience.ts';
import { echoBackend } from '../support/backends.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { descriptorsOf, eventually } from '../support/process-figures.ts';
import { type Program, type RunOptions, runProgram } from '../support/program.ts';
import { startStorm } from '../support/storm.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';

const LIMIT = 128;
const unavailable = { code: 1011, reason: 'backend unavailable' };

/** The program with four viewers and more room for them than descriptors. */
const begin = async (more: RunOptions = {}) => {
  const backend = await echoBackend();
  const args = ['--backend', backend.url, '--max-viewers', '1000', '--cap', '1000'];
  const program = await runProgram([...args, '--handshake-timeout', '60s'], {
    descriptors: LIMIT,
    ...more,
  });
  const viewers = await Promise.all(
    Array.from({ length: 4 }, () => connectViewer(program.url('a'))),
  );
  return { backend, program, viewers, audience: keepEchoing(viewers) };
};

/** Connections that never ask for anything; `count` of them may find a descriptor. */
const occupy = (program: Program, count: number): readonly Socket[] => {
  const [host, port] = program.address.split(':');
  return Array.from({ length: count }, () => {
    const socket = connect(Number(port), host);
    socket.on('error', () => undefined);
    onCleanup(() => socket.destroy());
    return socket;
  });
};

/** Beyond the limit are those that the runner of the tests has left to its children. */
const free = ({ pid }: Program): number => LIMIT - descriptorsOf(pid, LIMIT);

const toldOf = ({ events }: Program): string[] =>
  events.all.map(({ event }) => event).filter((event) => event.startsWith('descriptors.'));

describe('a full table of descriptors', () => {
  it('keeps those inside, is told, and lets others in again when it is over', async () => {
    const { program, viewers, audience } = await begin();
    const before = descriptorsOf(program.pid);
    const silent = occupy(program, 2 * LIMIT);
    const told = await program.events.next(named('descriptors.exhausted'));
    expect(told).toMatchObject({ limit: LIMIT });
    await eventually('a full table', () => free(program) === 0);
    const turnedAway = connectViewer(program.url('a'));
    await expect(turnedAway).rejects.toThrow(/hang up|ECONNRESET/);

    audience.roundTrips();
    for (const viewer of viewers) await echo(viewer, 'still here');
    await eventually('their round trips', () => audience.count() > 20);
    expect(program.events.all.filter(named('viewer.left'))).toEqual([]);

    for (const socket of silent) socket.destroy();
    const over = await program.events.next(named('descriptors.recovered'));
    expect(over.exhaustedMs).toBeGreaterThan(0);
    await echo(await connectViewer(program.url('a')), 'in again');
    expect(toldOf(program)).toEqual(['descriptors.exhausted', 'descriptors.recovered']);
    await eventually('the descriptors', () => descriptorsOf(program.pid) === before + 2);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(program.stderr()).toBe('');
  });

  it('that has one left for a viewer and none for its backend refuses it with 1011', async () => {
    const { program } = await begin();
    occupy(program, free(program) - 1);
    await eventually('one to be left', () => free(program) === 1);
    const viewer = await connectViewer(program.url('a'));
    expect(await closeOf(viewer)).toEqual(unavailable);
    const event = await program.events.next(named('backend.unavailable'));
    expect(event).toMatchObject({ cause: 'error', detail: 'EMFILE' });
    await program.events.next(named('descriptors.exhausted'));
  });

  it('does not keep the program from ending', async () => {
    const { program, viewers } = await begin();
    occupy(program, 2 * LIMIT);
    await program.events.next(named('descriptors.exhausted'));
    program.signal('SIGTERM');
    for (const viewer of viewers) {
      expect(await closeOf(viewer)).toEqual({ code: 1001, reason: 'proxy is shutting down' });
    }
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    expect(program.events.all.filter(named('viewer.left'))).toHaveLength(4);
    expect(program.stderr()).toBe('');
  });

  it('is survived again and again, in a storm that takes and leaves the last ones', async () => {
    // The highest one is never the last to be taken, so that only dials tell of the shortage.
    const { program, viewers, audience } = await begin({ held: LIMIT - 1 });
    for (let nth = 0; nth < 2; nth += 1) {
      const before = toldOf(program).length;
      const storm = await startStorm(program.address, {
        session: null,
        patienceMs: 300,
        phases: [{ forMs: 1_500, connectsPerSecond: 1_000 }],
      }).over;
      console.log(`storm without descriptors: ${JSON.stringify(storm)}`);
      expect(toldOf(program)[before]).toBe('descriptors.exhausted');
      await eventually('it to be over', () => toldOf(program).at(-1) === 'descriptors.recovered', {
        saw: () => toldOf(program).join(', '),
      });
      for (const viewer of viewers) await echo(viewer, 'still here');
      expect(audience.roundTrips().count).toBeGreaterThan(20);
      await echo(await connectViewer(program.url('a')), 'in');
    }
    await audience.lastWords();
    const ofOurs = program.events.all.filter(named('viewer.left', { session: 'a' }));
    expect(ofOurs).toEqual([]);
    expect(program.stderr()).toBe('');
  });
});
