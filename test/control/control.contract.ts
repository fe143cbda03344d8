/**
 * How a `ProxyControl` behaves, whoever is one: the proxy itself, or a client of it over a
 * carrier. Run against each. What a test does (connect, evict) and what it asks the control may
 * travel different ways, so a test that must have been heard first waits for an answer.
 */
import { describe, expect, it } from 'vitest';
import type { Command, Snapshot, View, ViewerId } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { onCleanup } from '../support/cleanup.ts';
import { named } from '../support/events.ts';
import { Inbox } from '../support/inbox.ts';
import { within } from '../support/within.ts';
import {
  actor,
  type ContractSubject,
  everything,
  heard,
  id,
  join,
  listen,
  picture,
  pictures,
  viewers,
  viewersOf,
} from './contract-subject.ts';

/** Describes the behaviour of what `start` gives; each test starts one of its own. */
export const controlContract = (name: string, start: () => Promise<ContractSubject>): void => {
  const begin = async (): Promise<ContractSubject> => {
    const subject = await start();
    onCleanup(subject.end);
    return subject;
  };

  describe(`${name}: watching`, () => {
    it('gives a first picture of a proxy that nobody has come to yet', async () => {
      const { control } = await begin();
      const first = await picture(control);
      expect(first.totals).toEqual({
        sessions: 0,
        viewers: 0,
        late: 0,
        expiring: 0,
        stuck: 0,
        full: 0,
        over: 0,
        locked: false,
        locks: 0,
        draining: null,
        logFails: false,
        held: 0,
        refused: 0,
        evicted: 0,
      });
      expect(first.cap).toBe(8);
      expect(first.address).toMatch(/:[1-9]\d*$/);
      expect(first.session).toBeNull();
      expect(first.sessions).toEqual({ from: 0, total: 0, rows: [] });
      expect(first.viewers).toEqual({ from: 0, total: 0, rows: [] });
      expect(first.worst).toEqual([]);
    });

    it('shows a viewer that comes, and that it has left', async () => {
      const subject = await begin();
      const seen = pictures(subject.control);
      await seen.next(viewers(0));
      const { id: viewer, close } = await join(subject, 'a');
      const there = await seen.next(viewers(1));
      expect(there.sessions.rows).toMatchObject([{ id: 'a', viewers: 1, cap: 8, state: 'ok' }]);
      expect(there.session).toBe('a');
      expect(there.viewers.rows).toMatchObject([{ id: viewer, session: 'a' }]);
      expect(there.events.map(({ event }) => event.event)).toContain('viewer.admitted');
      close();
      const gone = await seen.next(viewers(0));
      expect(gone.sessions.rows).toEqual([]);
      expect(gone.seq).toBeGreaterThan(there.seq);
    });

    it('gives pictures and events that survive as JSON', async () => {
      const subject = await begin();
      const events = await listen(subject.control);
      const { id: viewer } = await join(subject, 'a');
      const look: View = { ...everything, followed: [viewer], detail: viewer };
      const seen = await picture(subject.control, viewers(1), look);
      await subject.control.command({ do: 'evict', viewer, actor });
      await events.next(named('viewer.left'));
      const after = await picture(subject.control, viewers(0), look);
      for (const given of [seen, after, ...events.all]) {
        expect(JSON.parse(JSON.stringify(given))).toEqual(given);
      }
    });

    it('looks elsewhere at once, though nothing has changed', async () => {
      const subject = await begin();
      const first = await join(subject, 'a');
      const second = await join(subject, 'b');
      const inbox = new Inbox<Snapshot>('pictures');
      const watch = subject.control.watch(viewersOf('a'), inbox.push);
      onCleanup(watch.close);
      const before = await inbox.next(viewers(2));
      expect(before.viewers.rows.map((row) => row.id)).toEqual([first.id]);
      watch.look(viewersOf('b'));
      const after = await inbox.next(({ session }) => session === 'b', 'the other session');
      expect(after.viewers.rows.map((row) => row.id)).toEqual([second.id]);
    });

    it('gives a watcher no more than it looks at', async () => {
      const subject = await begin();
      for (const session of ['a', 'b', 'c']) {
        await join(subject, session);
      }
      const two = { ...everything.sessions, after: 1 };
      const narrow: View = {
        ...everything,
        sessions: two,
        events: { ...everything.events, rows: 1 },
      };
      const seen = await picture(subject.control, viewers(3), narrow);
      expect(seen.sessions).toMatchObject({ from: 0, total: 3 });
      expect(seen.sessions.rows).toHaveLength(2);
      expect(seen.events.map(({ seq }) => seq)).toEqual([seen.newestEvent]);
    });

    it('gives lists as they are wanted: filtered, sorted and turned round', async () => {
      const subject = await begin();
      const joined = [];
      for (const session of ['a', 'b', 'c', 'b']) {
        joined.push((await join(subject, session)).id);
      }
      const [, second, , fourth] = joined;
      const turned: View = {
        ...everything,
        sessionSort: { by: 'name', reversed: true },
        viewerSort: { by: 'age', reversed: true },
        filter: [{ on: 'session', has: 'A', not: true }],
        session: id('b'),
      };
      const seen = await picture(subject.control, viewers(4), turned);
      expect(seen.sessions.rows.map((row) => row.id)).toEqual(['c', 'b']);
      expect(seen.viewers.rows.map((row) => row.id)).toEqual([fourth, second]);
    });

    it('gives what is asked about single viewers, here and gone', async () => {
      const subject = await begin();
      const { control } = subject;
      const [first, second] = [await join(subject, 'a'), await join(subject, 'a')];
      const events = await listen(control);
      const look: View = { ...everything, followed: [second.id, first.id], detail: first.id };
      const here = await picture(control, viewers(2), look);
      expect(here.followed.map((row) => row.id)).toEqual([second.id, first.id]);
      expect(here.detail).toMatchObject({ gone: false, row: { id: first.id } });
      expect(here.gone).toEqual([]);
      await control.command({ do: 'evict', viewer: first.id, actor });
      await events.next(named('viewer.left', { viewer: first.id }));
      const after = await picture(control, viewers(1), look);
      expect(after.followed.map((row) => row.id)).toEqual([second.id]);
      const tombstone = { id: first.id, session: id('a'), cause: 'operator', actor, code: 1008 };
      expect(after.detail).toMatchObject({ gone: true, tombstone });
      expect(after.gone).toMatchObject([tombstone]);
    });

    it('gives a slow watcher the next picture only after the last, and then the newest', async () => {
      const subject = await begin();
      const { control } = subject;
      const gate = Promise.withResolvers<void>();
      onCleanup(gate.resolve);
      const slow = new Inbox<Snapshot>('pictures of the slow one');
      const watch = control.watch(everything, (snapshot) => {
        slow.push(snapshot);
        return slow.all.length === 1 ? gate.promise : undefined;
      });
      onCleanup(watch.close);
      await slow.next(viewers(0));
      const quick = pictures(control);
      await join(subject, 'a');
      await quick.next(viewers(1));
      await join(subject, 'b');
      await quick.next(viewers(2));
      await join(subject, 'c');
      await quick.next(viewers(3));
      expect(slow.all).toHaveLength(1);
      gate.resolve();
      expect((await slow.next()).totals.viewers).toBe(3);
    });

    it('gives at most four pictures a second', async () => {
      const subject = await begin();
      const seen = pictures(subject.control);
      const times: number[] = [(await seen.next()).at];
      for (const session of ['a', 'b', 'c', 'd', 'e']) {
        await join(subject, session);
        times.push((await seen.next()).at);
      }
      // Between the second and the last one; the second may have come late, by half of 250 ms.
      const spanMs = (times.at(-1) ?? 0) - (times[1] ?? 0);
      expect(spanMs).toBeGreaterThanOrEqual(4 * 250 - 130);
    });

    it('gives nothing more after the watch is closed', async () => {
      const subject = await begin();
      const { control } = subject;
      const inbox = new Inbox<Snapshot>('pictures');
      const watch = control.watch(everything, inbox.push);
      await inbox.next();
      watch.close();
      await heard(control);
      const count = inbox.all.length;
      const other = pictures(control);
      await join(subject, 'a');
      await other.next(viewers(1));
      watch.look(viewersOf('a'));
      watch.close();
      await join(subject, 'b');
      await other.next(viewers(2));
      expect(inbox.all).toHaveLength(count);
    });

    it('goes on for a watcher that throws or rejects, and for all others', async () => {
      const subject = await begin();
      const { control } = subject;
      const inbox = new Inbox<Snapshot>('pictures of the broken one');
      for (const broken of [
        (snapshot: Snapshot) => {
          inbox.push(snapshot);
          throw new Error('a bug of the screen');
        },
        async (snapshot: Snapshot) => {
          inbox.push(snapshot);
          throw new Error('a bug of the screen');
        },
      ]) {
        const watch = control.watch(everything, broken);
        onCleanup(watch.close);
      }
      const other = pictures(control);
      await inbox.next(viewers(0));
      await inbox.next(viewers(0));
      await join(subject, 'a');
      await inbox.next(viewers(1));
      await inbox.next(viewers(1));
      expect((await other.next(viewers(1))).sessions.total).toBe(1);
    });
  });

  describe(`${name}: events`, () => {
    it('tells of every event in order, from now on', async () => {
      const subject = await begin();
      const { control, connectViewer } = subject;
      const earlier = await join(subject, 'earlier');
      const events = await listen(control);
      const first = await join(subject, 'a');
      await connectViewer('a');
      await control.command({ do: 'evict', viewer: first.id, actor });
      await events.next(named('viewer.left'));
      const story = events.all.filter((event) => 'viewer' in event);
      expect(story.map((event) => event.event)).toEqual([
        'viewer.admitted',
        'viewer.admitted',
        'viewer.evicted',
        'viewer.left',
      ]);
      expect(story.map((event) => event.viewer)).not.toContain(earlier.id);
      expect(Number.isNaN(Date.parse(story[0]!.time))).toBe(false);
    });

    it('tells nothing more to a listener that has left, and goes on for the others', async () => {
      const subject = await begin();
      const { control } = subject;
      const left = new Inbox<ProxyEvent>('events');
      const leave = control.events(left.push);
      const others = await listen(control);
      await join(subject, 'a');
      await left.next(named('viewer.admitted'));
      leave();
      leave();
      await heard(control);
      await subject.connectViewer('b');
      await others.next(named('viewer.admitted', { session: id('b') }));
      expect(left.all.some(named('viewer.admitted', { session: id('b') }))).toBe(false);
    });

    it('tells a listener that comes back only what happens from then on', async () => {
      const subject = await begin();
      const { control, connectViewer } = subject;
      const leave = control.events(() => {});
      await heard(control);
      leave();
      await heard(control);
      const watched = pictures(control);
      await connectViewer('a');
      await watched.next(viewers(1));
      const events = await listen(control);
      await connectViewer('b');
      await events.next(named('viewer.admitted', { session: id('b') }));
      expect(events.all.some(named('viewer.admitted', { session: id('a') }))).toBe(false);
    });

    it('goes on for a listener that throws, and for all others', async () => {
      const subject = await begin();
      const { control } = subject;
      const broken = new Inbox<ProxyEvent>('events of the broken one');
      onCleanup(
        control.events((event) => {
          broken.push(event);
          throw new Error('a bug of the screen');
        }),
      );
      const others = await listen(control);
      await join(subject, 'a');
      await join(subject, 'b');
      for (const session of ['a', 'b']) {
        const admitted = named('viewer.admitted', { session: id(session) });
        expect(await broken.next(admitted)).toEqual(await others.next(admitted));
      }
    });
  });

  describe(`${name}: commands`, () => {
    it('evicts the viewer that is named and no other', async () => {
      const subject = await begin();
      const { control } = subject;
      const [first, second] = [await join(subject, 'a'), await join(subject, 'a')];
      const events = await listen(control);
      expect(await control.command({ do: 'evict', viewer: first.id, actor })).toEqual({ ok: true });
      expect(await within('the close', first.closed)).toEqual({
        code: 1008,
        reason: 'evicted by operator',
      });
      const about = { viewer: first.id, session: id('a') };
      const evicted = { ...about, cause: 'operator', actor } as const;
      await events.next(named('viewer.evicted', evicted));
      await events.next(named('viewer.left', { ...about, cause: 'evicted' }));
      const left = await picture(control, viewers(1));
      expect(left.viewers.rows.map((row) => row.id)).toEqual([second.id]);
      expect(left.totals.evicted).toBe(1);
    });

    it('says so when the viewer to evict has already gone, or never was', async () => {
      const subject = await begin();
      const { control } = subject;
      const { id: viewer } = await join(subject, 'a');
      await control.command({ do: 'evict', viewer, actor });
      await picture(control, viewers(0));
      for (const gone of [viewer, 'v999999' as ViewerId, '' as ViewerId]) {
        const result = await control.command({ do: 'evict', viewer: gone, actor });
        expect(result).toEqual({ ok: false, reason: expect.stringMatching(/./) });
      }
    });

    it('changes the default cap', async () => {
      const subject = await begin();
      const { control } = subject;
      const events = await listen(control);
      await join(subject, 'a');
      expect(await control.command({ do: 'set-cap', cap: 3, actor })).toEqual({ ok: true });
      await events.next(named('cap.changed', { from: 8, to: 3, actor }));
      const seen = await picture(control, ({ cap }) => cap === 3);
      expect(seen.sessions.rows).toMatchObject([{ cap: 3, capIsOwn: false }]);
    });

    it('changes the cap of one session and lifts that again', async () => {
      const subject = await begin();
      const { control } = subject;
      const events = await listen(control);
      const session = id('a');
      await join(subject, 'a');
      await join(subject, 'b');
      expect(await control.command({ do: 'set-cap', cap: 2, session, actor })).toEqual({
        ok: true,
      });
      await events.next(named('cap.changed', { from: 8, to: 2, session, actor }));
      const own = await picture(control);
      expect(own.cap).toBe(8);
      const caps = own.sessions.rows.map((row) => [row.id, [row.cap, row.capIsOwn]] as const);
      expect(Object.fromEntries(caps)).toEqual({ a: [2, true], b: [8, false] });
      expect(await control.command({ do: 'lift-cap', session, actor })).toEqual({ ok: true });
      await events.next(named('cap.changed', { from: 2, to: 8, session, actor }));
      const lifted = await picture(control);
      expect(lifted.sessions.rows.map((row) => [row.cap, row.capIsOwn])).toEqual([
        [8, false],
        [8, false],
      ]);
    });

    it('refuses a cap that is none', async () => {
      const { control } = await begin();
      const bad = [0, -1, 1.5, 100_001, Number.NaN, Number.POSITIVE_INFINITY];
      const wrong = bad.flatMap((cap): Command[] => [
        { do: 'set-cap', cap, actor },
        { do: 'set-cap', cap, session: id('a'), actor },
        { do: 'preview-cap', cap },
      ]);
      for (const command of wrong) {
        expect({ command, ...(await control.command(command)) }).toEqual({
          command,
          ok: false,
          reason: expect.stringMatching(/./),
        });
      }
      expect((await picture(control)).cap).toBe(8);
    });

    it('lists viewers, page by page', async () => {
      const subject = await begin();
      const { control } = subject;
      const joined: ViewerId[] = [];
      for (const session of ['a', 'b', 'a']) {
        joined.push((await join(subject, session)).id);
      }
      const [first, second, third] = joined;
      const list = async (after: ViewerId | null, most: number, wanted: string | null = null) => {
        const session = wanted === null ? null : id(wanted);
        const result = await control.command({ do: 'list', session, filter: [], after, most });
        return result.ok && { ids: result.viewers?.map((row) => row.id), more: result.more };
      };
      expect(await list(null, 2)).toEqual({ ids: [first, second], more: true });
      expect(await list(second!, 2)).toEqual({ ids: [third], more: false });
      expect(await list(null, 2, 'a')).toEqual({ ids: [first, third], more: false });
      expect(await list(null, 0)).toBe(false);
    });

    it('says what a cap would mean and changes nothing', async () => {
      const subject = await begin();
      const { control } = subject;
      await join(subject, 'a');
      await join(subject, 'a');
      await join(subject, 'a');
      await join(subject, 'b');
      const events = await listen(control);
      expect(await control.command({ do: 'preview-cap', cap: 2 })).toEqual({
        ok: true,
        preview: {
          cap: 2,
          over: [{ session: 'a', viewers: 3 }],
          overCount: 1,
          freeNow: 12,
          freeThen: 1,
        },
      });
      expect((await picture(control)).cap).toBe(8);
      expect(events.all).toEqual([]);
    });
  });

  describe(`${name}: the end`, () => {
    it('closes every viewer, tells the last event, and then settles `closed`', async () => {
      const subject = await begin();
      const { control } = subject;
      const order: string[] = [];
      onCleanup(control.events(({ event }) => order.push(event)));
      const closed = control.closed.then((reason) => {
        order.push('closed');
        return reason;
      });
      const viewer = await join(subject, 'a');
      expect(await control.command({ do: 'stop', now: false })).toEqual({ ok: true });
      expect(await within('the close', viewer.closed)).toEqual({
        code: 1001,
        reason: 'proxy is shutting down',
      });
      expect(await within('the end', closed)).toBe('stopped');
      expect(order.slice(-3)).toEqual(['viewer.left', 'proxy.stopped', 'closed']);
    });

    it('does not wait when it is to stop now', async () => {
      const subject = await begin();
      await join(subject, 'a');
      expect(await subject.control.command({ do: 'stop', now: true })).toEqual({ ok: true });
      expect(await within('the end', subject.control.closed)).toBe('stopped');
    });

    it('answers commands with `ok: false` afterwards, and gives neither picture nor event', async () => {
      const { control } = await begin();
      const watch = control.watch(everything, () => {});
      const leave = control.events(() => {});
      await control.command({ do: 'stop', now: true });
      await within('the end', control.closed);
      const late = new Inbox<unknown>('anything');
      const lateWatch = control.watch(everything, late.push);
      const lateLeave = control.events(late.push);
      lateWatch.look(viewersOf('a'));
      watch.look(viewersOf('a'));
      for (const command of [
        { do: 'evict', viewer: 'v1' as ViewerId, actor },
        { do: 'set-cap', cap: 2, actor },
        { do: 'preview-cap', cap: 2 },
      ] satisfies Command[]) {
        expect(await control.command(command)).toEqual({
          ok: false,
          reason: expect.stringMatching(/./),
        });
      }
      for (const end of [watch.close, leave, lateWatch.close, lateLeave]) {
        end();
      }
      expect(late.all).toEqual([]);
    });
  });
};
