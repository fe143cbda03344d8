import { once } from 'node:events';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/contract.ts';
import { connect, ControlClient } from '../../src/control/client.ts';
import { wireVersion } from '../../src/control/wire.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';
import { within } from '../support/within.ts';
import { HandCarrier, hello, typed } from './hand-carrier.ts';
import { eventAt, snapshotAt, someView } from './stub-control.ts';
import { anyFromProxy } from './wire-arbitraries.ts';

const lost = { ok: false, reason: 'the link to the proxy is lost' };
const command = { do: 'preview-cap', cap: 3 } as const;
const elsewhere = { ...someView, worst: 9 };

/** A client whose other end, the test, has greeted. */
const connected = () => {
  const carrier = new HandCarrier();
  const faults = new Inbox<unknown>('faults', String);
  const control = connect(carrier, faults.push);
  carrier.say(hello);
  return { control, carrier, faults };
};

/** A client that can be given links, with the first. */
const linked = () => {
  const client = new ControlClient();
  const next = (): HandCarrier => {
    const carrier = new HandCarrier();
    void client.use(carrier);
    carrier.say(hello);
    return carrier;
  };
  return { client, next, carrier: next() };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const show = (carrier: HandCarrier, id: number, seq: number): void =>
  carrier.say({ type: 'snapshot', id, snapshot: snapshotAt(seq) });

describe('greeting', () => {
  it('says first which version it speaks', () => {
    expect(connected().carrier.sent.all).toEqual([{ type: 'hello', version: wireVersion }]);
  });

  it('leaves a proxy of another version and says the remedy', async () => {
    const carrier = new HandCarrier();
    const { closed } = connect(carrier);
    carrier.say({ type: 'hello', version: wireVersion + 1 });
    expect(await closed).toMatch(/use the same release for both/);
    expect(carrier.closed).toBe(true);
  });

  it.each([
    ['is no wsbouncer', 'HTTP/1.1 400 Bad Request'],
    ['does not greet', JSON.stringify({ type: 'events', events: [] })],
  ])('leaves an end that %s', async (_what, text) => {
    const carrier = new HandCarrier();
    const { closed } = connect(carrier);
    carrier.sayText(text);
    expect(await closed).toBe('what answers there does not speak like a wsbouncer');
    expect(carrier.closed).toBe(true);
  });
});

describe('a watch', () => {
  it('acknowledges a picture once the callback has settled', async () => {
    const { control, carrier } = connected();
    const looked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const seen = new Inbox<Snapshot>('pictures');
    control.watch(someView, (snapshot) => {
      seen.push(snapshot);
      return looked[seen.all.length - 1]?.promise;
    });
    const { id, view } = await carrier.sent.next(typed('watch'));
    expect(view).toEqual(someView);
    for (const [index, { resolve }] of looked.entries()) {
      show(carrier, id, index);
      await seen.next();
      await turn();
      expect(carrier.countOf('seen')).toBe(index);
      resolve();
      expect(await carrier.sent.next(typed('seen'))).toEqual({ type: 'seen', id });
    }
  });

  it('says where it looks, and its end, once', () => {
    const { control, carrier } = connected();
    const watch = control.watch(someView, () => {});
    watch.look(elsewhere);
    watch.look(someView, true);
    watch.close();
    watch.close();
    watch.look(someView);
    expect(carrier.sent.all.slice(1)).toEqual([
      { type: 'watch', id: 1, view: someView },
      { type: 'look', id: 1, view: elsewhere },
      { type: 'look', id: 1, view: someView, later: true },
      { type: 'unwatch', id: 1 },
    ]);
  });

  it('shows nothing that was on its way when it was closed', async () => {
    const { control, carrier } = connected();
    const seen = new Inbox<Snapshot>('pictures');
    const watch = control.watch(someView, seen.push);
    show(carrier, 1, 1);
    watch.close();
    show(carrier, 1, 2);
    await turn();
    expect(seen.all).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('bug'))],
  ])('goes on when its callback %s, and says so', async (_what, broken) => {
    const { control, carrier, faults } = connected();
    control.watch(someView, broken);
    for (const seq of [1, 2]) {
      show(carrier, 1, seq);
      await carrier.sent.next(typed('seen'));
      expect(await faults.next()).toEqual(new Error('bug'));
    }
  });

  it('does not wait for a picture that cannot be read', async () => {
    const { control, carrier, faults } = connected();
    const seen = new Inbox<Snapshot>('pictures');
    control.watch(someView, seen.push);
    carrier.sayText('{"type":"snapshot","id":1,"snapshot":{"seq":-1}}');
    expect(await carrier.sent.next(typed('seen'))).toEqual({ type: 'seen', id: 1 });
    expect(String(await faults.next())).toContain('snapshot.seq is not a whole number');
    show(carrier, 1, 2);
    expect(await seen.next()).toEqual(snapshotAt(2));
  });
});

describe('events', () => {
  it('go to every listener, and are acknowledged after that', () => {
    const { control, carrier } = connected();
    const order: string[] = [];
    const note = (who: string) => (event: ProxyEvent) => {
      expect(carrier.countOf('heard')).toBe(0);
      order.push(`${who} ${event.time}`);
    };
    control.events(note('first'));
    control.events(note('second'));
    expect(carrier.countOf('listen')).toBe(1);
    carrier.say({ type: 'events', events: [eventAt(1), eventAt(2)] });
    expect(order).toEqual([
      `first ${eventAt(1).time}`,
      `second ${eventAt(1).time}`,
      `first ${eventAt(2).time}`,
      `second ${eventAt(2).time}`,
    ]);
    expect(carrier.countOf('heard')).toBe(1);
  });

  it('stop at once for a listener that leaves, and for the proxy with the last of them', () => {
    const { control, carrier } = connected();
    const heard: string[] = [];
    const leaveSecond = control.events(({ time }) => {
      heard.push(time);
      leaveThird();
    });
    const leaveThird = control.events(({ time }) => heard.push(time));
    carrier.say({ type: 'events', events: [eventAt(1), eventAt(2)] });
    expect(heard).toEqual([eventAt(1).time, eventAt(2).time]);
    expect(carrier.countOf('unlisten')).toBe(0);
    leaveSecond();
    leaveSecond();
    expect(carrier.countOf('unlisten')).toBe(1);
  });

  it('go on for a listener that throws and for those behind it', () => {
    const { control, carrier, faults } = connected();
    const heard: ProxyEvent[] = [];
    control.events(() => {
      throw new Error('bug');
    });
    control.events((event) => heard.push(event));
    carrier.say({ type: 'events', events: [eventAt(1), eventAt(2)] });
    expect(heard).toEqual([eventAt(1), eventAt(2)]);
    expect(faults.all).toEqual([new Error('bug'), new Error('bug')]);
    expect(carrier.countOf('heard')).toBe(1);
  });

  it('that cannot be read are not waited for', () => {
    const { control, carrier, faults } = connected();
    control.events(() => {});
    carrier.sayText('{"type":"events","events":[{"event":"viewer.danced"}]}');
    expect(carrier.countOf('heard')).toBe(1);
    expect(String(faults.all[0])).toContain('events[0].event is an unknown word');
  });
});

describe('commands', () => {
  it('get the result that bears their number', async () => {
    const { control, carrier } = connected();
    const first = control.command(command);
    const second = control.command({ do: 'stop', now: true });
    const ids = [
      await carrier.sent.next(typed('command')),
      await carrier.sent.next(typed('command')),
    ];
    expect(ids.map((sent) => sent.command)).toEqual([command, { do: 'stop', now: true }]);
    carrier.say(
      { type: 'result', id: ids[1]!.id, result: { ok: true } },
      { type: 'result', id: 999, result: { ok: true } },
      { type: 'result', id: ids[0]!.id, result: { ok: false, reason: 'no' } },
    );
    expect(await Promise.all([first, second])).toEqual([{ ok: false, reason: 'no' }, { ok: true }]);
  });

  it('are not left without a result when that cannot be read', async () => {
    const { control, carrier } = connected();
    const result = control.command(command);
    carrier.sayText('{"type":"result","id":1,"result":{"ok":"perhaps"}}');
    expect(await result).toEqual({
      ok: false,
      reason: 'the answer of the proxy was not understood',
    });
  });
});

describe('the end of a link', () => {
  it('gives up what is pending and everything later, and settles `closed`', async () => {
    const { control, carrier } = connected();
    const pending = control.command(command);
    carrier.close();
    expect(await pending).toEqual(lost);
    expect(await control.closed).toBe('the link to the proxy is lost');
    expect(await control.command(command)).toEqual(lost);
    const sent = carrier.sent.all.length;
    const watch = control.watch(someView, () => {});
    watch.look(elsewhere);
    watch.close();
    control.events(() => {})();
    expect(carrier.sent.all).toHaveLength(sent);
  });

  it('has the reason that the proxy gives when it takes its leave', async () => {
    const { control, carrier } = connected();
    const pending = control.command(command);
    carrier.say({ type: 'bye', reason: 'stopped' });
    expect(await control.closed).toBe('stopped');
    expect(await pending).toEqual(lost);
    expect(carrier.closed).toBe(true);
  });
});

describe('another link', () => {
  it('is asked for what is watched, as it was last looked at, and for events', async () => {
    const { client, next, carrier } = linked();
    const watch = client.watch(someView, () => {});
    client.watch(someView, () => {}).close();
    client.events(() => {});
    carrier.close();
    watch.look(elsewhere);
    const between = client.watch(someView, () => {});
    expect(next().sent.all).toEqual([
      hello,
      { type: 'watch', id: 1, view: elsewhere },
      { type: 'watch', id: 3, view: someView },
      { type: 'listen' },
    ]);
    between.close();
  });

  it('carries on where the last was: pictures, events and commands', async () => {
    const { client, next, carrier } = linked();
    const seen = new Inbox<Snapshot>('pictures');
    const heard = new Inbox<ProxyEvent>('events');
    client.watch(someView, seen.push);
    client.events(heard.push);
    const pending = client.command(command);
    carrier.close();
    expect(await pending).toEqual(lost);
    expect(await client.command(command)).toEqual(lost);
    const second = next();
    show(second, 1, 7);
    second.say({ type: 'events', events: [eventAt(1)] });
    expect(await seen.next()).toEqual(snapshotAt(7));
    expect(await heard.next()).toEqual(eventAt(1));
    const result = client.command(command);
    const { id } = await second.sent.next(typed('command'));
    second.say({ type: 'result', id, result: { ok: true } });
    expect(await result).toEqual({ ok: true });
  });

  it('does not show its first picture while the last of the old one is looked at', async () => {
    const { client, next, carrier } = linked();
    const looked = Promise.withResolvers<void>();
    const seen = new Inbox<Snapshot>('pictures');
    client.watch(someView, (snapshot) => {
      seen.push(snapshot);
      return looked.promise;
    });
    show(carrier, 1, 1);
    await seen.next();
    carrier.close();
    const second = next();
    show(second, 1, 2);
    await turn();
    expect(seen.all).toHaveLength(1);
    expect(second.countOf('seen')).toBe(0);
    looked.resolve();
    expect(await seen.next()).toEqual(snapshotAt(2));
    await second.sent.next(typed('seen'));
    expect(second.countOf('seen')).toBe(1);
  });
});

describe('faults', () => {
  it('are warnings of the process where nobody wants them', async () => {
    const carrier = new HandCarrier();
    const control = connect(carrier);
    control.events(() => {
      throw new Error('a bug of the screen');
    });
    // The runner prints warnings; this one is expected.
    const printers = process.listeners('warning');
    process.removeAllListeners('warning');
    onCleanup(() => printers.forEach((printer) => process.on('warning', printer)));
    const warned = once(process, 'warning');
    carrier.say(hello, { type: 'events', events: [eventAt(1)] });
    expect(await within('the warning', warned)).toEqual([new Error('a bug of the screen')]);
  });

  it('include what the proxy did not understand', async () => {
    const { carrier, faults } = connected();
    carrier.say({ type: 'complaint', reason: 'message.view is missing' });
    expect(String(faults.all[0])).toContain('message.view is missing');
  });

  it('are all that garbage comes to, however it is mixed with messages', async () => {
    const anything = fc.oneof(fc.anything(), fc.json(), anyFromProxy);
    await fc.assert(
      fc.asyncProperty(fc.array(anything), async (texts) => {
        const { control, carrier } = connected();
        control.watch(someView, () => {});
        control.events(() => {});
        for (const text of texts) {
          carrier.sayText(typeof text === 'object' ? JSON.stringify(text) : text);
        }
        carrier.close();
        expect(await control.closed).toEqual(expect.any(String));
      }),
    );
  });
});
