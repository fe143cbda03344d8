import { describe, expect, it } from 'vitest';
import type { Holder, SessionId, ViewerId } from '../../src/contract.ts';
import type { EventBody, ProxyEvent } from '../../src/events.ts';
import { Board } from '../../src/proxy/board.ts';
import { FakeClock } from '../support/fake-clock.ts';

const refusal = (
  session: string,
  remote = '192.0.2.1:1',
  cause: 'cap' | 'max-viewers' = 'cap',
): EventBody => ({
  event: 'viewer.refused',
  cause,
  session: session as SessionId,
  remote,
  viewers: 1,
  cap: 1,
});

const admitted = (nth: number): EventBody => ({
  event: 'viewer.admitted',
  session: 'a' as SessionId,
  viewer: `v${nth}` as ViewerId,
  remote: '192.0.2.9:9',
  viewers: 1,
  cap: 1,
  dialMs: 0,
});

const opened = () => {
  const clock = new FakeClock();
  return { clock, board: new Board(clock) };
};

const linesOf = (board: Board) =>
  board
    .feed(2_000, null, null)
    .entries.map(({ seq, event, count }) => `${seq} ${event.event} x${count}`);

describe('the feed', () => {
  it('folds refusals into the first, wherever that is by now', () => {
    const { clock, board } = opened();
    board.record(refusal('a', '192.0.2.1:1'));
    board.record(admitted(1));
    clock.advance(4_000);
    board.record(refusal('a', '192.0.2.1:2'));
    clock.advance(6_000);
    board.record(refusal('a', '192.0.2.1:3'));
    clock.advance(1);
    board.record(refusal('a', '192.0.2.1:4'));
    const { entries, newest } = board.feed(10, null, null);
    expect(entries).toEqual([
      {
        seq: 1,
        event: { time: '2026-01-01T00:00:00.000Z', ...refusal('a', '192.0.2.1:1') },
        count: 3,
        spanMs: 10_000,
        holders: [],
      },
      expect.objectContaining({ seq: 2, count: 1, spanMs: 0 }),
      expect.objectContaining({ seq: 3, count: 1, spanMs: 0 }),
    ]);
    expect(newest).toBe(3);
  });

  it('tells listeners of each refusal, unchanged', () => {
    const { board } = opened();
    const heard: ProxyEvent[] = [];
    board.listen((event) => heard.push(event));
    for (let port = 1; port <= 5; port += 1) board.record(refusal('a', `192.0.2.1:${port}`));
    expect(heard).toEqual(
      [1, 2, 3, 4, 5].map((port) =>
        Object.assign({ time: '2026-01-01T00:00:00.000Z' }, refusal('a', `192.0.2.1:${port}`)),
      ),
    );
    expect(board.refused).toBe(5);
    expect(board.refusedIn('a' as SessionId)).toBe(5);
  });

  it('hands out pictures that do not change any more', () => {
    const { board } = opened();
    board.record(refusal('a'));
    const { entries } = board.feed(1, null, null);
    board.record(refusal('a'));
    expect(entries[0]?.count).toBe(1);
  });

  it('asks who held the slots only for a new line', () => {
    const { board } = opened();
    const holder: Holder = {
      viewer: 'v1' as ViewerId,
      who: 'mira',
      remote: '192.0.2.7:7',
      state: 'stuck',
    };
    let asked = 0;
    const holders = (): readonly Holder[] => {
      asked += 1;
      return [holder];
    };
    for (let nth = 0; nth < 100; nth += 1) board.record(refusal('a'), holders);
    expect(asked).toBe(1);
    expect(board.feed(1, null, null).entries[0]).toMatchObject({ count: 100, holders: [holder] });
  });

  it('keeps 1,000 lines, so that a storm washes nothing else away', () => {
    const { clock, board } = opened();
    board.record(admitted(1));
    for (let nth = 0; nth < 20_000; nth += 1) {
      board.record(refusal('a', `192.0.2.1:${nth}`));
      clock.advance(1);
    }
    expect(linesOf(board)).toEqual([
      '1 viewer.admitted x1',
      '2 viewer.refused x10001',
      '3 viewer.refused x9999',
    ]);
    for (let nth = 2; nth <= 1_001; nth += 1) board.record(admitted(nth));
    expect(linesOf(board)).toHaveLength(1_000);
    expect(linesOf(board)[0]).toBe('4 viewer.admitted x1');
  });

  it('begins a new line where the first has been washed away', () => {
    const { board } = opened();
    board.record(refusal('a'));
    for (let nth = 1; nth <= 1_000; nth += 1) board.record(admitted(nth));
    board.record(refusal('a'));
    expect(linesOf(board).at(-1)).toBe('1002 viewer.refused x1');
  });

  it('holds no more than its lines under invented session ids', () => {
    const { board } = opened();
    for (let nth = 0; nth < 5_000; nth += 1) board.record(refusal(`invented-${nth}`));
    expect(linesOf(board)).toHaveLength(1_000);
    board.record(refusal('invented-4000'));
    expect(board.feed(1, 4_001, null).entries[0]).toMatchObject({ seq: 4_001, count: 2 });
    board.record(refusal('invented-3999'));
    expect(linesOf(board).at(-1)).toBe('5001 viewer.refused x1');
  });

  it('is not washed away by one host that makes up sessions while the proxy is full', () => {
    const { board } = opened();
    board.record(admitted(1));
    for (let nth = 0; nth < 5_000; nth += 1) {
      board.record(refusal(`invented-${nth}`, `192.0.2.1:${nth}`, 'max-viewers'));
    }
    expect(linesOf(board)).toEqual(['1 viewer.admitted x1', '2 viewer.refused x5000']);
  });

  it('shows one family alone, with the number of its newest', () => {
    const { board } = opened();
    for (let nth = 1; nth <= 3; nth += 1) {
      board.record(admitted(nth));
      board.record(refusal(`s${nth}`));
    }
    board.record({ event: 'cap.changed', from: 8, to: 5, actor: 'console' });
    const seqs = (...[rows, upTo, kind]: Parameters<Board['feed']>) => {
      const { entries, newest } = board.feed(rows, upTo, kind);
      return [entries.map(({ seq }) => seq), newest];
    };
    expect(seqs(10, null, 'refusals')).toEqual([[2, 4, 6], 6]);
    expect(seqs(2, null, 'refusals')).toEqual([[4, 6], 6]);
    expect(seqs(2, 5, 'refusals')).toEqual([[2, 4], 6]);
    expect(seqs(10, null, 'visits')).toEqual([[1, 3, 5], 5]);
    expect(seqs(10, null, 'operator')).toEqual([[7], 7]);
    expect(seqs(10, null, 'backends')).toEqual([[], 0]);
    expect(seqs(2, null, null)).toEqual([[6, 7], 7]);
    expect(seqs(2, 3, null)).toEqual([[2, 3], 7]);
    expect(seqs(2, 0, null)).toEqual([[], 7]);
    expect(seqs(0, null, null)).toEqual([[], 7]);
    expect(seqs(2, 1_000, null)).toEqual([[6, 7], 7]);
  });
});
