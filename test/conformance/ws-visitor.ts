/** Goes through a visit as a viewer made with `ws`. */
import { closeOf, connectViewer, received } from '../support/viewer.ts';
import type { Told, Visit } from './visits.ts';

/** Resolves when the connection has ended. */
export const wsVisit = async (
  url: string,
  { sayings, end, compressed = false }: Visit,
): Promise<Told> => {
  const perMessageDeflate = compressed && { threshold: 0 };
  const viewer = await connectViewer(url, { perMessageDeflate });
  const messages: (string | Buffer)[] = [];
  for (const parts of sayings) {
    const binary = typeof parts[0] !== 'string';
    parts.forEach((part, nth) => viewer.send(part, { binary, fin: nth === parts.length - 1 }));
    const { data, binary: was } = await received(viewer).next();
    messages.push(was ? data : data.toString());
  }
  if (typeof end === 'string') viewer.send(end);
  else viewer.close(end.code, end.reason);
  const { code, reason } = await closeOf(viewer);
  return { extensions: viewer.extensions || null, messages, code, reason };
};
