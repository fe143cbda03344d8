/**
 * What must hold whatever anybody does. Observations go in one by one, violations come out; no
 * I/O and no clock, so that each rule can be tried with made-up observations.
 */
import type { ProxyEvent } from '../../src/events.ts';
import type { Backends, Figures, Observation, Slots, Violation } from './observation.ts';

/**
 * How long a connection to a backend may outlive its slot, in milliseconds: a Close that waits,
 * its answer, the longest stall of the loop, and the time between two looks.
 */
const WINDING_DOWN_MS = 6_000;

/** "Back where it was": bytes that memory may differ by. */
const MEMORY = 16 * 1024 * 1024;

/**
 * When the actors and backends themselves got no time, good viewers did not answer, and may pay
 * for it: until the longest deadline is over, in milliseconds.
 */
const AFTER_STANDING_STILL_MS = 4_000;

/** Events that are kept to explain a violation. */
const KEPT = 400;
const SHOWN = 12;

/** Whom nothing may happen to; see `plan.ts`. */
const GOOD = new Set(['healthy', 'resident']);

type Life = { readonly session: string; readonly evicted: boolean };

type Farewell = { readonly sent: number; readonly received: number };

const counts = (record: Readonly<Record<string, number>>): string =>
  Object.entries(record)
    .filter(([, count]) => count !== 0)
    .map(([name, count]) => `${name} ${count}`)
    .sort()
    .join(', ') || 'none';

const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** What is not as it was, in words; memory may be less. */
const differences = (before: Figures, after: Figures, isWarm: boolean): readonly string[] => {
  const found: string[] = [];
  const compare = (name: string, was: string | number | null, is: string | number | null): void => {
    if (was !== is) found.push(`${name}: ${was} before, ${is} after`);
  };
  compare('descriptors', before.descriptors, after.descriptors);
  compare('timers and handles', counts(before.resources), counts(after.resources));
  compare('listeners', counts(before.listeners), counts(after.listeners));
  compare('slots', before.slots, after.slots);
  compare('sessions in the ledger', before.sessions, after.sessions);
  compare('viewers that something is left of', before.remaining, after.remaining);
  compare('connections to backends', before.backendConnections, after.backendConnections);
  compare('connections of viewers', before.viewerConnections, after.viewerConnections);
  const grown = (name: string, was: number, is: number): void => {
    if (is - was > MEMORY) compare(name, mib(was), mib(is));
  };
  grown('heap', before.heap, after.heap);
  grown('memory outside of the heap', before.external, after.external);
  if (isWarm) grown('resident memory', before.resident, after.resident);
  return found;
};

/** Looks at everything and says what should not be. */
export class Invariants {
  /** Admitted and not gone. */
  readonly #here = new Map<string, Life>();
  readonly #gone = new Set<string>();
  readonly #locked = new Set<string>();
  /** What has bounded the connections of a session, and when it last did. */
  readonly #bounds = new Map<string, { readonly at: number; readonly bound: number }[]>();
  readonly #farewells = new Map<string, Farewell>();
  readonly #lefts = new Map<string, ProxyEvent & { readonly event: 'viewer.left' }>();
  #events: ProxyEvent[] = [];
  #still = { from: Number.POSITIVE_INFINITY, until: Number.NEGATIVE_INFINITY };
  #baseline: Figures | null = null;
  readonly #isWarm: boolean;

  /** Only after a warm-up that deserves the name does resident memory say anything. */
  constructor({ isWarm }: { readonly isWarm: boolean }) {
    this.#isWarm = isWarm;
  }

  /** The violations that an observation brings to light. */
  see(seen: Observation): readonly Violation[] {
    const say = (what: string, about: object = {}): Violation => ({
      at: seen.at,
      what,
      events: this.#about(about),
    });
    switch (seen.on) {
      case 'event':
        this.#keep(seen.event);
        return this.#event(seen.event, seen.at).map((what) => say(what, seen.event));
      case 'slots':
        return this.#slots(seen).map((what) => say(what));
      case 'backends':
        return this.#backends(seen.at, seen, seen.dials).map((what) => say(what, seen));
      case 'stood-still':
        this.#still = { from: seen.at - seen.forMs, until: seen.at + AFTER_STANDING_STILL_MS };
        return [];
      case 'changed':
      case 'lost':
        if (seen.on === 'lost' && this.#isExcused(seen.at)) return [];
        return [say(`the good viewer at ${seen.remote} ${seen.what}`)];
      case 'farewell':
        return this.#farewell(seen.remote, seen).map((what) => say(what));
      case 'overdue':
        return [say(`${seen.actor}: ${seen.what}`)];
      case 'fault':
        return [say(`the proxy: ${seen.what}`)];
      case 'drained':
        return this.#drained(seen.left).map((what) => say(what));
      case 'figures':
        return this.#figures(seen.round, seen.figures).map((what) => say(what));
      default:
        return seen satisfies never;
    }
  }

  #isExcused(at: number): boolean {
    return this.#still.from <= at && at <= this.#still.until;
  }

  #keep(event: ProxyEvent): void {
    this.#events.push(event);
    if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
  }

  #about(about: { readonly viewer?: string; readonly session?: string }): readonly ProxyEvent[] {
    const { viewer, session } = about;
    const ofViewer = this.#events.filter(
      (event) => viewer !== undefined && 'viewer' in event && event.viewer === viewer,
    );
    const ofSession = this.#events.filter(
      (event) => session !== undefined && 'session' in event && event.session === session,
    );
    const related = [ofViewer, ofSession].find((events) => events.length > 0) ?? this.#events;
    return related.slice(-SHOWN);
  }

  #event(event: ProxyEvent, at: number): readonly string[] {
    switch (event.event) {
      case 'viewer.admitted':
        return this.#admitted(event);
      case 'viewer.left':
        return this.#left(event, at);
      case 'viewer.evicted':
        return this.#evicted(event, at);
      case 'viewer.refused':
        return this.#refused(event);
      case 'backend.unavailable':
        return this.#here.has(event.viewer) || this.#gone.has(event.viewer)
          ? [`${event.viewer} was admitted, and its backend is called unavailable`]
          : [];
      case 'session.locked':
        if (event.session !== undefined) this.#locked.add(event.session);
        return [];
      case 'session.unlocked':
        if (event.session === undefined) this.#locked.clear();
        else this.#locked.delete(event.session);
        return [];
      case 'events.dropped':
        return [`${event.count} events were dropped`];
      case 'descriptors.exhausted':
        return ['the proxy ran out of descriptors'];
      default:
        return [];
    }
  }

  #admitted({ viewer, session }: ProxyEvent & { event: 'viewer.admitted' }): readonly string[] {
    const known = this.#here.has(viewer) || this.#gone.has(viewer);
    this.#here.set(viewer, { session, evicted: false });
    return known ? [`${viewer} was admitted twice`] : [];
  }

  #left(event: ProxyEvent & { event: 'viewer.left' }, at: number): readonly string[] {
    const { viewer, session, cause, who, remote } = event;
    const life = this.#here.get(viewer);
    this.#here.delete(viewer);
    if (this.#gone.has(viewer)) return [`${viewer} has left twice`];
    this.#gone.add(viewer);
    const found: string[] = [];
    if (life === undefined) return [`${viewer} has left and was never admitted`];
    if (life.session !== session) found.push(`${viewer} left another session than it entered`);
    if (life.evicted !== (cause === 'evicted')) {
      const was = life.evicted ? 'was evicted' : 'was not evicted';
      found.push(`${viewer} ${was}, and has left because of ${cause}`);
    }
    if (who !== undefined && GOOD.has(who)) {
      const isHarm = cause !== 'viewer-closed' && !this.#isExcused(at);
      if (isHarm) found.push(`a good viewer was ended: ${cause}`);
      const farewell = this.#farewells.get(remote);
      if (farewell === undefined) this.#lefts.set(remote, event);
      else found.push(...this.#compareMessages(remote, farewell, event));
    }
    return found;
  }

  #evicted(event: ProxyEvent & { event: 'viewer.evicted' }, at: number): readonly string[] {
    const { viewer, who, cause } = event;
    const life = this.#here.get(viewer);
    if (life === undefined) return [`${viewer} was evicted and is not here`];
    this.#here.set(viewer, { ...life, evicted: true });
    const found: string[] = [];
    if (life.evicted) found.push(`${viewer} was evicted twice`);
    const isHarm = who !== undefined && GOOD.has(who) && !this.#isExcused(at);
    if (isHarm) found.push(`a good viewer was evicted: ${cause}`);
    if (who === 'steady-reader' && cause === 'write-timeout') {
      found.push('a viewer was evicted for not reading that reads without a break');
    }
    return found;
  }

  #refused(event: ProxyEvent & { event: 'viewer.refused' }): readonly string[] {
    const { session, viewers, cap, cause, who } = event;
    if (cause === 'locked' && !this.#locked.has(session)) {
      return [`${session} refused as locked and is open`];
    }
    if (cause !== 'cap') return [];
    const found: string[] = [];
    if (viewers < cap) found.push(`${session} refused at the cap with ${viewers} of ${cap}`);
    if (who !== undefined && GOOD.has(who)) found.push(`a good viewer was refused in ${session}`);
    return found;
  }

  #slots({ taken, dialling, open }: Slots): readonly string[] {
    if (taken === dialling + open) return [];
    return [`${taken} slots are taken by ${dialling} dialling and ${open} open viewers`];
  }

  #backends(at: number, seen: Backends, dials: boolean): readonly string[] {
    const { session, connections, slots, cap } = seen;
    const bound = Math.max(cap, slots);
    const earlier = this.#bounds.get(session) ?? [];
    const recent = earlier.filter((one) => one.bound !== bound && at - one.at <= WINDING_DOWN_MS);
    recent.push({ at, bound });
    this.#bounds.set(session, recent);
    const most = dials ? bound : Math.max(...recent.map((one) => one.bound));
    if (connections <= most) return [];
    const when = dials ? ' at a dial' : '';
    return [
      `${session} has ${connections} connections to its backend${when}, with ${slots} slots ` +
        `taken and a cap of ${cap}`,
    ];
  }

  #farewell(remote: string, farewell: Farewell): readonly string[] {
    const left = this.#lefts.get(remote);
    this.#lefts.delete(remote);
    if (left !== undefined) return this.#compareMessages(remote, farewell, left);
    this.#farewells.set(remote, farewell);
    return [];
  }

  #compareMessages(
    remote: string,
    { sent, received }: Farewell,
    left: ProxyEvent & { event: 'viewer.left' },
  ): readonly string[] {
    this.#farewells.delete(remote);
    const { messagesToBackend, messagesToViewer } = left;
    if (messagesToBackend === sent && messagesToViewer === received) return [];
    return [
      `the viewer at ${remote} sent ${sent} and got ${received} messages, its event says ` +
        `${messagesToBackend} and ${messagesToViewer}`,
    ];
  }

  #drained(left: string | null): readonly string[] {
    const found = left === null ? [] : [`after everybody had gone: ${left}`];
    for (const [viewer, { session }] of this.#here) {
      found.push(`${viewer} of ${session} was admitted and has no viewer.left`);
    }
    for (const remote of this.#farewells.keys()) {
      found.push(`the good viewer at ${remote} left and has no viewer.left`);
    }
    // Ids are never used again, so that what is over need not be remembered.
    this.#here.clear();
    this.#farewells.clear();
    this.#lefts.clear();
    this.#bounds.clear();
    return found;
  }

  #figures(round: number, figures: Figures): readonly string[] {
    this.#baseline ??= figures;
    const found = [...differences(this.#baseline, figures, this.#isWarm)];
    const { slots, sessions, remaining, backendConnections, viewerConnections } = figures;
    const left = { slots, sessions, remaining, backendConnections, viewerConnections };
    if (Object.values(left).some((count) => count !== 0)) found.push(`left: ${counts(left)}`);
    return found.map((what) => `after round ${round}, ${what}`);
  }
}
