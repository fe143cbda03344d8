import { expect, it } from 'vitest';
import { ConsoleStore } from '../../components/console-store.ts';
import { plainSettings } from '../../src/console/state.ts';
import { smallWorld } from '../console/worlds.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeControl } from '../support/fake-control.ts';

it('takes in what a listener answers at once', () => {
  const store = new ConsoleStore(new FakeControl(smallWorld), {
    size: { columns: 80, rows: 24 },
    settings: plainSettings,
    time: new FakeClock(),
    isBehind: () => false,
    carryOut: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
  const heard: (string | undefined)[] = [];
  store.subscribe(() => {
    heard.push(store.read().notice?.text);
    if (heard.length === 1) store.dispatch({ type: 'told', text: 'the answer' });
  });
  store.dispatch({ type: 'told', text: 'the question' });
  expect(heard).toEqual(['the question', 'the answer']);
});
