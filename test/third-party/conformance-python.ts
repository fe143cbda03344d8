/** The ends of `conformance.py`: a backend for cases, and a viewer that goes through visits. */
import { fileURLToPath } from 'node:url';
import type { BackendTemplate } from '../../src/contract.ts';
import type { Told, Visit } from '../conformance/visits.ts';
import { Inbox } from '../support/inbox.ts';
import { startForeign } from './foreign.ts';
import { PYTHON } from './packages.ts';

const SCRIPT = fileURLToPath(new URL('conformance.py', import.meta.url));

const start = (part: 'serve' | 'visit') => {
  const answers = new Inbox<unknown>(`answers of conformance.py ${part}`, (answer) =>
    JSON.stringify(answer).slice(0, 200),
  );
  const { stdin } = startForeign(PYTHON, [SCRIPT, part], {
    onStdout: (line) => answers.push(JSON.parse(line)),
    onEnd: answers.end,
  });
  return { stdin, answers };
};

/** Starts the backend and waits until it listens. */
export const pythonConformanceBackend = async (): Promise<{
  readonly template: BackendTemplate;
  readonly url: string;
}> => {
  const { answers } = start('serve');
  const { port } = (await answers.next(undefined, 'the port')) as { readonly port: number };
  const template = { address: { host: '127.0.0.1', port }, tls: false, target: '/{session}' };
  return { template, url: `ws://127.0.0.1:${port}/{session}` };
};

type PythonTold =
  | { readonly error: string }
  | (Omit<Told, 'messages'> & {
      readonly messages: readonly { readonly binary: boolean; readonly base64: string }[];
    });

const encoded = (part: string | Buffer) => ({
  binary: typeof part !== 'string',
  base64: Buffer.from(part).toString('base64'),
});

/** Starts the viewer; it goes through one visit after the other. */
export const pythonVisitor = (): ((url: string, visit: Visit) => Promise<Told>) => {
  const { stdin, answers } = start('visit');
  return async (url, { sayings, end, compressed = false }) => {
    const order = {
      url,
      compressed,
      sayings: sayings.map((parts) => ({ parts: parts.map(encoded) })),
      leave: typeof end === 'string' ? null : end,
      order: end,
    };
    stdin.write(`${JSON.stringify(order)}\n`);
    const told = (await answers.next(undefined, 'what came of a visit')) as PythonTold;
    if ('error' in told) throw new Error(told.error);
    const messages = told.messages.map(({ binary, base64 }) => {
      const bytes = Buffer.from(base64, 'base64');
      return binary ? bytes : bytes.toString();
    });
    return { ...told, messages };
  };
};
