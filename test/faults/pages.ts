/** Pages in processes of their own, to be stopped and continued. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from '../support/child-environment.ts';
import { onCleanup } from '../support/cleanup.ts';
import { Inbox } from '../support/inbox.ts';

const PAGE = fileURLToPath(new URL('page.ts', import.meta.url));

/** What a page sees. */
export type Seen =
  | { readonly saw: 'open' | 'ping' }
  | { readonly saw: 'message'; readonly text: string }
  | { readonly saw: 'close'; readonly code: number; readonly reason: string }
  | { readonly saw: 'error'; readonly message: string };

/** A page that runs; killed after the test. */
export type Page = {
  /** Takes out the next of this kind. */
  readonly next: <Kind extends Seen['saw']>(kind: Kind) => Promise<Extract<Seen, { saw: Kind }>>;
  readonly send: (line: string) => void;
  /** SIGSTOP: the process stands still, while its kernel goes on to acknowledge. */
  readonly stop: () => void;
  readonly goOn: () => void;
};

/** Opens a page and waits until it is open. */
export const openPage = async (url: string): Promise<Page> => {
  const stdio = ['pipe', 'pipe', 'inherit'] as const;
  const child = spawn(process.execPath, [PAGE, url], {
    env: childEnvironment(),
    stdio: [...stdio],
  });
  const seen = new Inbox<Seen>('what a page sees');
  createInterface({ input: child.stdout }).on('line', (line) => seen.push(JSON.parse(line)));
  const exited = once(child, 'exit');
  onCleanup(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const next = <Kind extends Seen['saw']>(kind: Kind) =>
    seen.next((one): one is Extract<Seen, { saw: Kind }> => one.saw === kind, kind);
  await next('open');
  return {
    next,
    send: (line) => void child.stdin.write(`${line}\n`),
    stop: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
  };
};
