/** Server-sent events (HTML 9.2) as they come, of a proxy's stream. */
import { placeText } from '../core/host.ts';
import type { ProxyEvent } from '../events.ts';
import { good } from './answers.ts';
import { type Asker, open } from './ask.ts';
import { BouncerError } from '../errors.ts';

/** An event and the id behind which a stream can go on. */
export type Told = { readonly id: string; readonly event: ProxyEvent };

/** Longest message; no event comes near it. */
const MOST = 1024 * 1024;

/** Messages out of pieces of text, however they are cut; what is no message of ours is left out. */
export class StreamReader {
  #rest = '';

  take(text: string): readonly Told[] {
    this.#rest += text;
    const parts = this.#rest.split('\n\n');
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > MOST) throw new Error('a message of the stream is too long');
    return parts.flatMap((part) => {
      const fields = new Map(
        part.split('\n').map((line) => {
          const at = line.indexOf(': ');
          return [line.slice(0, at), line.slice(at + 2)] as const;
        }),
      );
      const id = fields.get('id');
      const data = fields.get('data');
      if (id === undefined || data === undefined) return [];
      return [{ id, event: JSON.parse(data) as ProxyEvent }];
    });
  }
}

/** What is wanted of a stream. */
export type StreamWish = {
  readonly follow: boolean;
  /** The last event that is known; null: from now on, or all where nobody follows. */
  readonly after: string | null;
  /** Ends it from here. */
  readonly stop: AbortSignal;
};

/** Opens the stream; what comes is given in portions. Ends where the proxy ends it. */
export const openStream = async (
  asker: Asker,
  { follow, after, stop }: StreamWish,
): Promise<AsyncGenerator<readonly Told[]>> => {
  const query = new URLSearchParams({
    follow: String(follow),
    ...(after === null ? {} : { after }),
  });
  const answer = await open(asker, 'GET', `/v1/events?${query.toString()}`);
  const status = answer.statusCode ?? 0;
  answer.setEncoding('utf8');
  if (status !== 200) {
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    good({ status, text });
  }
  // A quiet proxy says every 15 s that it is there.
  answer.socket.setTimeout(follow ? 45_000 : asker.timeoutMs, () =>
    answer.destroy(new Error('it says nothing any more')),
  );
  const leave = (): void => void answer.destroy();
  stop.addEventListener('abort', leave, { once: true });
  if (stop.aborted) leave();
  return (async function* portions() {
    const reader = new StreamReader();
    try {
      for await (const chunk of answer) {
        const told = reader.take(String(chunk));
        if (told.length > 0) yield told;
      }
    } catch (error) {
      if (stop.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      const what = `the stream of ${placeText(asker.place)} broke (${why})`;
      throw new BouncerError('environment', what, 'look whether the proxy runs', error);
    } finally {
      stop.removeEventListener('abort', leave);
    }
  })();
};
