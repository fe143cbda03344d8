import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/contract.ts';
import { Pledges } from '../../src/control/pledges.ts';
import { viewerId } from '../support/fake-control.ts';
import { HandCarrier, hello, typed } from './hand-carrier.ts';
import { serve } from '../../src/control/serve.ts';
import { StubControl } from './stub-control.ts';

const intend = (
  what: 'armed' | 'undone',
  actor: string,
  ...viewers: readonly string[]
): Command => ({
  do: 'intend',
  what,
  viewers: viewers.map(viewerId),
  dueMs: what === 'armed' ? 3_000 : 0,
  actor,
});

const evict = (viewer: string, actor: string): Command => ({
  do: 'evict',
  viewer: viewerId(viewer),
  actor,
});

const noted = (...commands: readonly Command[]): readonly Command[] => {
  const pledges = new Pledges();
  for (const command of commands) pledges.note(command);
  return pledges.commands;
};

describe('what a link has said that it will do', () => {
  it('is taken back where it was neither done nor undone, for each operator', () => {
    expect(
      noted(
        intend('armed', 'ann', 'v1', 'v2', 'v3'),
        intend('armed', 'bob', 'v1'),
        evict('v2', 'ann'),
        intend('undone', 'ann', 'v3', 'v9'),
        evict('v1', 'eve'),
      ),
    ).toEqual([intend('undone', 'ann', 'v1'), intend('undone', 'bob', 'v1')]);
  });

  it('leaves nothing where all of it was done', () => {
    expect(
      noted(intend('armed', 'ann', 'v1', 'v2'), evict('v1', 'ann'), intend('undone', 'ann', 'v2')),
    ).toEqual([]);
  });

  it('is bounded, over all operators', () => {
    const many = Array.from({ length: 6_000 }, (_none, nth) => `v${nth}`);
    const left = noted(intend('armed', 'ann', ...many), intend('armed', 'bob', ...many));
    const counts = left.map((one) => (one.do === 'intend' ? one.viewers.length : -1));
    expect(counts).toEqual([6_000, 4_000]);
  });
});

describe('a link that ends', () => {
  it('takes back once what was armed over it', () => {
    const control = new StubControl();
    const carrier = new HandCarrier();
    const other = new HandCarrier();
    const offer = serve(control);
    for (const each of [carrier, other]) {
      offer(each);
      each.say(hello);
    }
    const armed = intend('armed', 'ann', 'v1', 'v2');
    carrier.say({ type: 'command', id: 1, command: armed });
    other.say({ type: 'command', id: 1, command: intend('armed', 'bob', 'v3') });
    carrier.close();
    carrier.close();
    expect(control.commands.slice(2)).toEqual([intend('undone', 'ann', 'v1', 'v2')]);
  });

  it('does so once where the proxy ends it', async () => {
    const control = new StubControl();
    const carrier = new HandCarrier();
    serve(control)(carrier);
    carrier.say(hello, { type: 'command', id: 1, command: intend('armed', 'ann', 'v1') });
    control.end('stopped');
    await carrier.sent.next(typed('bye'));
    expect(carrier.closed).toBe(true);
    expect(control.commands.slice(1)).toEqual([intend('undone', 'ann', 'v1')]);
  });
});
