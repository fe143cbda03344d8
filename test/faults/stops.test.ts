/** The end by signal, in the middle of everything. */
import { describe, expect, it } from 'vitest';
import { keepEchoing } from '../support/audience.ts';
import { echoBackend } from '../support/backends.ts';
import { named } from '../support/events.ts';
import { eventually, letPass } from '../support/process-figures.ts';
import { runProgram } from '../support/program.ts';
import { connectRaw } from '../support/raw-viewer.ts';
import { startStorm } from '../support/storm.ts';
import { closeOf, connectViewer } from '../support/viewer.ts';

const words = { code: 1001, reason: 'proxy is shutting down' };
const SESSIONS = 40;
const EACH = 8;

/** 300 viewers that echo, 10 that never answer a Close, 10 that read nothing, and a storm. */
const begin = async () => {
  const backend = await echoBackend();
  const program = await runProgram(['--backend', backend.url]);
  const viewers = await Promise.all(
    Array.from({ length: 300 }, (_, at) => connectViewer(program.url(`s${at % SESSIONS}`))),
  );
  const mute = Array.from({ length: 10 }, (_, at) =>
    connectRaw(program.url(`s${30 + at}`), { answerClose: false }),
  );
  const deaf = Array.from({ length: 10 }, () => connectRaw(program.url('deaf')));
  await Promise.all([...mute, ...deaf.slice(0, EACH)].map((viewer) => viewer.open()));
  for (const viewer of deaf) viewer.pause();
  const admitted = viewers.length + mute.length + EACH;
  const audience = keepEchoing(viewers.slice(0, 100));
  const storm = startStorm(program.address, {
    session: 's0',
    patienceMs: 5_000,
    phases: [{ forMs: 20_000, connectsPerSecond: 1_000 }],
  });
  const refused = () => program.events.all.filter(named('viewer.refused', { session: 's0' }));
  await eventually('the storm to rage', () => refused().length > 300);
  expect(audience.count()).toBeGreaterThan(500);
  return { backend, program, viewers, mute, storm, admitted };
};

/** Everybody who was admitted has left once, and the last word is that of the proxy. */
const expectWhole = ({ program, admitted }: Awaited<ReturnType<typeof begin>>): void => {
  const { all } = program.events;
  const left = all.filter(named('viewer.left'));
  expect(all.filter(named('viewer.admitted'))).toHaveLength(admitted);
  expect(new Set(left.map(({ viewer }) => viewer)).size).toBe(admitted);
  expect(left).toHaveLength(admitted);
  expect(left.every(({ cause }) => cause === 'shutdown')).toBe(true);
  expect(all.at(-1)).toMatchObject({ event: 'proxy.stopped' });
  expect(program.stderr()).toBe('');
};

describe('SIGTERM under load', () => {
  it('closes every viewer with 1001 and ends with 0, in 2 s and a little', async () => {
    const load = await begin();
    const { program, viewers, mute, storm, backend } = load;
    const began = performance.now();
    program.signal('SIGTERM');
    for (const viewer of viewers) expect(await closeOf(viewer)).toEqual(words);
    for (const viewer of mute) expect((await viewer.closed()).close).toEqual(words);
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    const took = performance.now() - began;
    console.log(`SIGTERM under load: ended after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(8_000);
    expectWhole(load);
    const { outcomes } = await storm.calm();
    expect(outcomes['1013']).toBeGreaterThan(100);
    expect(outcomes['ECONNREFUSED']).toBeGreaterThan(0);
    await backend.tally.until(
      ({ open }) =>
        Array.from({ length: SESSIONS }, (_, at) => open(`s${at}`)).every((n) => n === 0),
      'the backends to be let go',
    );
  });

  it('and once more ends at once, with every viewer told of', async () => {
    const load = await begin();
    const { program, storm } = load;
    program.signal('SIGTERM');
    // The same signal right behind the first is the same wish.
    await letPass(400);
    const began = performance.now();
    program.signal('SIGTERM');
    expect(await program.exited()).toEqual({ code: 0, signal: null });
    const took = performance.now() - began;
    console.log(`and a second one: ended after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(1_500);
    expectWhole(load);
    await storm.calm();
  });
});
