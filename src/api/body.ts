/** The body of a request: a small JSON object, or nothing. Whatever more is sent is not read. */
import type { IncomingMessage } from 'node:http';
import { read, unread, type Read } from './answer.ts';

/** Longer than any body that means something. */
const MOST_BYTES = 4_096;

type Fields = Readonly<Record<string, unknown>>;

const objectOf = (text: string): Read<Fields> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return read(value as Fields);
    }
  } catch {
    // Not JSON: said below, as of any other value.
  }
  return unread('the body is no JSON object: send one like {"cap": 4}');
};

/** Whether a request announces a body. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

type Collected = Buffer | 'too long' | 'broken off';

const collect = (request: IncomingMessage): Promise<Collected> => {
  const { promise, resolve } = Promise.withResolvers<Collected>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      request.pause();
      resolve('too long');
    } else {
      chunks.push(chunk);
    }
  });
  request.on('end', () => resolve(Buffer.concat(chunks)));
  request.on('error', () => resolve('broken off'));
  request.on('close', () => resolve('broken off'));
  return promise;
};

/** Reads it. */
export const bodyOf = async (request: IncomingMessage): Promise<Read<Fields>> => {
  if (!hasBody(request)) return read({});
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    return unread('the body is not said to be JSON: send Content-Type: application/json', 415);
  }
  const bytes = await collect(request);
  if (bytes === 'broken off') return unread('the body ends in its middle: send all of it');
  if (bytes === 'too long')
    return unread(`the body is too long: keep it within ${MOST_BYTES} bytes`, 413);
  return bytes.length === 0 ? read({}) : objectOf(bytes.toString('utf8'));
};
