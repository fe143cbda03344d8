/** Viewers and backends of two libraries in every pairing, through the proxy as directly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Told, visits } from '../conformance/visits.ts';
import { conformanceBackend } from '../conformance/ws-backend.ts';
import { wsVisit } from '../conformance/ws-visitor.ts';
import { withProxy } from '../support/proxy.ts';
import { pythonConformanceBackend, pythonVisitor } from './conformance-python.ts';

const backends = { ws: conformanceBackend, python: pythonConformanceBackend };
const visitors = { ws: () => wsVisit, python: pythonVisitor };
const names = ['ws', 'python'] as const;
const pairings = names.flatMap((viewer) => names.map((backend) => ({ viewer, backend })));

type Outcome = { readonly direct: Told; readonly through: Told } | Error;

let compared = 0;

afterAll(() => {
  console.log(
    `conformance, libraries: ${compared} visits compared: ${visits.length} in ${pairings.length} pairings of viewer and backend`,
  );
});

describe.for(pairings)('a $viewer viewer of a $backend backend', ({ viewer, backend }) => {
  const outcomes = new Map<string, Outcome>();

  beforeAll(async () => {
    const { template, url } = await backends[backend]();
    const proxy = await withProxy({ backend: template });
    const direct = visitors[viewer]();
    const through = visitors[viewer]();
    for (const [nth, visit] of visits.entries()) {
      const session = `visit-${nth}`;
      const outcome = await Promise.all([
        direct(url.replace('{session}', session), visit),
        through(proxy.url(session), visit),
      ]).then(
        ([direct, through]) => ({ direct, through }),
        (error: Error) => error,
      );
      outcomes.set(visit.name, outcome);
      // What a viewer that hangs tells later would be taken for the next visit.
      if (outcome instanceof Error) return;
    }
  });

  it.for(visits)('$name, through the proxy as directly', ({ name, sayings, end, compressed }) => {
    const outcome = outcomes.get(name);
    if (outcome === undefined) throw new Error(`${name} was not gone through`);
    if (outcome instanceof Error) throw outcome;
    const { direct, through } = outcome;
    const said = sayings.map((parts) =>
      typeof parts[0] === 'string' ? parts.join('') : Buffer.concat(parts as readonly Buffer[]),
    );
    const code = typeof end === 'string' ? Number(end.split(' ')[2]) : end.code;
    expect(direct.messages).toEqual(said);
    expect(direct.code).toBe(code);
    expect(direct.extensions !== null).toBe(compressed ?? false);
    expect(through).toEqual(direct);
    compared += 1;
  });
});
