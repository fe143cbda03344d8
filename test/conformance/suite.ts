/** The tests of one backend: all cases are run first, many at once, and then judged one by one. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackendTemplate } from '../../src/contract.ts';
import type { Server } from './case.ts';
import { casesFor, GROUPS } from './cases.ts';
import { comparisons, type Outcomes, runCases, summary } from './compare.ts';

/** Where a backend is. */
type Place = { readonly template: BackendTemplate; readonly url: string };

/** Defines them. `start` starts the backend. */
export const conformanceSuite = (server: Server, start: () => Promise<Place>): void => {
  const cases = casesFor(server);
  let outcomes: Outcomes = new Map();

  beforeAll(async () => {
    const from = performance.now();
    outcomes = await runCases(cases, await start());
    const judged = cases.filter(({ id }) => !(outcomes.get(id) instanceof Error));
    console.log(summary(server, judged, GROUPS, performance.now() - from));
  });

  it('is held to at least 200 cases with names of their own, some in every group', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(new Set(cases.map(({ group, name }) => `${group} ${name}`)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThanOrEqual(200);
    expect([...new Set(cases.map(({ group }) => group))]).toEqual(Object.keys(GROUPS));
  });

  describe.for(Object.entries(GROUPS))('%s %s', ([group]) => {
    it.for(
      cases.filter((one) => one.group === group).map((one) => [one.id, one.name, one] as const),
    )('%s %s', ([id, , one]) => {
      const outcome = outcomes.get(id);
      if (outcome === undefined) throw new Error(`${id} was not run`);
      if (outcome instanceof Error) throw outcome;
      for (const { expected, seen } of comparisons(one, server, outcome)) {
        expect(seen).toEqual(expected);
      }
    });
  });
};
