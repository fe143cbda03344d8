/**
 * What the relay's thread runs in tests of its death: the fake proxy, with bugs. One of them may
 * stand in the `path` of the options: `/start`, `/restart`, `/stop`, `/silence` or `/linger`.
 * Another is set off by a viewer of session `throw`, `reject`, `exit` or `babble`.
 */
import { writeFileSync } from 'node:fs';
import type { Command, CommandResult } from '../../src/contract.ts';
import { offerFromThread } from '../../src/control/thread-offer.ts';
import { BouncerError } from '../../src/errors.ts';
import { sharedIds } from '../../src/proxy/viewer-ids.ts';
import { startFakeProxy } from './fake-proxy.ts';

const accidents: Readonly<Record<string, () => void>> = {
  throw: () => {
    throw new TypeError('a bug of the relay\nwith details');
  },
  reject: () => void Promise.reject(new Error('nobody caught this')),
  exit: () => process.exit(3),
  babble: () => {
    process.stdout.write('this must not be on the screen\n');
    process.emitWarning('this must not be on the screen');
  },
};

const happen = (accident: string): void => void setImmediate(() => accidents[accident]?.());

await offerFromThread(async ({ path, ...options }, ids, onEvent, { socketPath }) => {
  const counter = sharedIds(ids);
  if (path === '/start') throw new RangeError('a bug at the start');
  if (path === '/linger') setInterval(() => {}, 1000);
  if (path === '/restart' && counter.next() > 1)
    throw new BouncerError('environment', 'the port is taken', 'pass another');
  const proxy = await startFakeProxy(
    { ...options, path },
    { ids: counter, onEvent, onSession: happen },
  );
  const unanswered = path === '/stop' ? 'stop' : path === '/silence' ? 'preview-cap' : null;
  const command = (wanted: Command): Promise<CommandResult> => {
    if (wanted.do !== unanswered) return proxy.command(wanted);
    if (wanted.do === 'stop') happen('throw');
    return new Promise(() => {});
  };
  if (socketPath === null) return { ...proxy, command };
  // Whatever the thread dies of, that file is not taken away by it.
  writeFileSync(socketPath, '');
  return { ...proxy, command, doors: { socketPath, tcp: null } };
});
