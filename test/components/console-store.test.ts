import { expect, it } from 'vitest';
import { ConsoleStore, type ShellEffect } from '../../components/console-store.ts';
import type { RawKey } from '../../src/console/raw-keys.ts';
import { plainSettings } from '../../src/console/state.ts';
import { smallWorld } from '../console/worlds.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeControl, viewerId } from '../support/fake-control.ts';

/** A store, the terminal in front of it, and what it has carried out there. */
const shown = () => {
  const terminal = { behind: false };
  const done: ShellEffect[] = [];
  const time = new FakeClock();
  const control = new FakeControl(smallWorld);
  const store = new ConsoleStore(control, {
    size: { columns: 80, rows: 24 },
    settings: plainSettings,
    time,
    isBehind: () => terminal.behind,
    carryOut: (effect) => done.push(effect),
    onFailure: (error) => {
      throw error;
    },
  });
  return { store, control, terminal, done, time };
};

const plain = { escape: false } as RawKey;

it('takes in what a listener answers at once', () => {
  const { store } = shown();
  const heard: (string | undefined)[] = [];
  store.subscribe(() => {
    heard.push(store.read().notice?.text);
    if (heard.length === 1) store.dispatch({ type: 'told', text: 'the answer' });
  });
  store.dispatch({ type: 'told', text: 'the question' });
  expect(heard).toEqual(['the question', 'the answer']);
});

it('judges keys by what the terminal has been given, and not by what is known in here', () => {
  const { store, terminal, done, time } = shown();
  terminal.behind = true;
  store.typed('q', plain);
  store.typed('y', plain);
  expect(store.read().modal.mode).toBe('main');
  expect(done).toEqual([]);
  terminal.behind = false;
  time.advance(50);
  expect(store.read().modal.mode).toBe('quit');
  store.typed('y', plain);
  expect(done).toEqual([{ do: 'quit' }]);
});

it('says that nobody is evicted after all, when it goes with an eviction still armed', async () => {
  const { store, control } = shown();
  store.start();
  await control.show();
  store.typed('1', plain);
  expect(control.intentions).toMatchObject([{ what: 'armed', viewers: ['v1042'] }]);
  store.close();
  store.close();
  expect(control.intentions.slice(1)).toMatchObject([{ what: 'undone', viewers: ['v1042'] }]);
});

it('asks for no picture at once because of what a picture showed, but because of a key', async () => {
  const { store, control } = shown();
  store.start();
  await control.show();
  await control.show();
  const { length } = control.views;
  const calm = Object.values(smallWorld.sessions).flat();
  const late = { ...calm[0]!, id: viewerId('v77'), state: 'expiring' } as const;
  const sessions = { ...smallWorld.sessions, 'tty-bastion': [late] };
  await control.show({ ...smallWorld, sessions });
  expect(control.views.length).toBeGreaterThan(length);
  expect(control.patient).toBeGreaterThan(0);

  const patient = control.patient;
  const asked = control.views.length;
  store.typed('s', plain);
  expect(control.views.length).toBe(asked + 1);
  expect(control.patient).toBe(patient);
  store.close();
});
