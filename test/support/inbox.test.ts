import { describe, expect, it } from 'vitest';
import { Inbox } from './inbox.ts';

const odd = (n: number): boolean => n % 2 === 1;

describe('Inbox', () => {
  it('takes out what matches, whether it came before or comes after the question', async () => {
    const inbox = new Inbox<number>('numbers');
    inbox.push(1);
    inbox.push(2);
    expect(await inbox.next(odd)).toBe(1);
    const next = inbox.next(odd);
    const afterNext = inbox.next(odd);
    inbox.push(4);
    inbox.push(5);
    inbox.push(7);
    expect([await next, await afterNext]).toEqual([5, 7]);
    expect(inbox.left).toEqual([2, 4]);
    expect(inbox.all).toEqual([1, 2, 4, 5, 7]);
  });

  it('says what it waited for and what came instead', async () => {
    const inbox = new Inbox<number>('numbers');
    inbox.push(42);
    await expect(inbox.next((n) => n === 7, 'a seven', { ms: 1 })).rejects.toThrow(
      /waited 1 ms in vain for numbers: a seven\n1 arrived, 1 not taken, the last:\n {2}42/,
    );
  });

  it('fails at once, with the reason, when no more will come', async () => {
    const inbox = new Inbox<number>('numbers');
    const waiting = inbox.next();
    inbox.end('the source is dry');
    await expect(waiting).rejects.toThrow('numbers: the source is dry');
    await expect(inbox.next()).rejects.toThrow('the source is dry');
  });
});
