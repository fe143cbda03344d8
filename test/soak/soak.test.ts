/** A short soak, so that the long one never rots. */
import { describe, expect, it } from 'vitest';
import { cleanUp } from '../support/cleanup.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { soak } from './soak.ts';
import { Curtain } from './stage.ts';
import { summary, violationText } from './report.ts';

/** Of this one's plan four viewers that answer nothing come early enough to be evicted. */
const SEED = 25;

const short = (forMs: number, hides?: (event: ProxyEvent) => boolean) =>
  soak({
    seed: SEED,
    forMs,
    curtain: new Curtain(),
    onViolation: () => undefined,
    onPhase: () => undefined,
    ...(hides !== undefined && { hides }),
  });

describe('a soak of some seconds', () => {
  it('holds all invariants', async () => {
    const { tally, done } = short(6_000);
    const violations = await done;
    expect(violations.map((one) => violationText(one, SEED))).toEqual([]);
    expect(tally.of('viewer.admitted')).toBeGreaterThan(50);
    expect(tally.dials).toBeGreaterThan(50);
    expect(tally.of('viewer.refused')).toBeGreaterThan(0);
    expect(tally.of('viewer.evicted pong-timeout')).toBeGreaterThan(0);
    expect(tally.roundTrips.length).toBeGreaterThan(100);
    expect(summary(SEED, tally, violations)).toContain(`All invariants held (seed ${SEED})`);
    await cleanUp();
  });

  it('reports a viewer whose end nobody told', async () => {
    let hidden: string | null = null;
    const { done } = short(1_000, (event) => {
      if (event.event !== 'viewer.left' || event.who !== 'resident') return false;
      hidden ??= event.viewer;
      return event.viewer === hidden;
    });
    const violations = await done;
    expect(hidden).not.toBeNull();
    expect(violations.map(({ what }) => what)).toContainEqual(
      expect.stringContaining(`${hidden} of `),
    );
  });
});
