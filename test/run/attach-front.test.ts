/** The last words of a console on a proxy that runs elsewhere: what has become of the proxy. */
import { expect, test } from 'vitest';
import type { LinkNews } from '../../src/control/attachment.ts';
import { AttachFront } from '../../src/run/attach-front.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeControl } from '../support/fake-control.ts';

const screen = {
  readOnly: false,
  ascii: true,
  color: false,
  name: null,
  accent: null,
  confirm: 'undo',
} as const;

const where = '/run/user/1000/wsbouncer/8080.sock';

/** A console that hears `news` of its link, one after the other, and is then quit. */
const lastWords = async (news: readonly LinkNews[]): Promise<string> => {
  const { promise: done, resolve: quit } = Promise.withResolvers<'quit'>();
  const shown = { done, tell: () => {}, linkDown: () => {}, close: () => {} };
  const { promise: link, resolve: attached } = Promise.withResolvers<(each: LinkNews) => void>();
  const front = new AttachFront(
    { to: { socketPath: where }, actor: 'ann', screen, join: null, endsWithProxy: false },
    { stdin: process.stdin, stdout: process.stdout, env: {} },
    {
      drawing: () => Promise.resolve({ showConsole: () => shown }),
      attach: ({ onNews }) => {
        attached(onNews);
        return Promise.resolve(
          Object.assign(new FakeControl({ cap: 8, sessions: {} }), { detach: () => {} }),
        );
      },
    },
  );
  await front.show(new FakeClock());
  const hear = await link;
  for (const each of news) hear(each);
  quit('quit');
  const { code, line } = await front.ended;
  expect(code).toBe(0);
  return line;
};

const lost: LinkNews = { link: 'down', reason: 'connection reset', stopped: false };
const stopped: LinkNews = { link: 'down', reason: 'stopped', stopped: true };
const back: LinkNews = { link: 'back' };

test.each([
  ['goes on', [], `detached from ${where}; the proxy goes on`],
  ['went on after a lost link', [lost, lost, back], `detached from ${where}; the proxy goes on`],
  ['did not answer', [lost, lost], `detached from ${where}, which did not answer`],
  ['has stopped', [stopped], `the proxy at ${where} has stopped`],
  // Whoever waits for the next one is told again and again that nobody answers there.
  ['has stopped, and no other came', [stopped, lost, lost], `the proxy at ${where} has stopped`],
  ['has stopped, and another came', [stopped, lost, back], 'the proxy goes on'],
])('say that the proxy %s', async (_what, news, words) => {
  expect(await lastWords(news)).toContain(words);
});
