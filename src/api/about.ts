/** The proxy itself: what it is, whether it is well, its figures, and the description of all this. */
import { json, plain, problem } from './answer.ts';
import { stopped } from './lists.ts';
import { glimpse, type Handler } from './office.ts';
import { openApiText } from './package-files.ts';
import { parametersOf } from './query.ts';

/** `GET /v1/proxy` */
export const showProxy: Handler = async ({ query }, { control, version }) => {
  const none = parametersOf(query, []);
  if (!none.ok) return none.answer;
  const picture = await glimpse(control);
  if (picture === null) return stopped;
  const { at, startedAt, address, cap, maxViewers, totals } = picture;
  const { pingIntervalMs, pongTimeoutMs, writeTimeoutMs } = picture;
  return json({
    version,
    address,
    pid: process.pid,
    startedAt: new Date(startedAt).toISOString(),
    uptimeMs: Math.max(0, at - startedAt),
    cap,
    maxViewers,
    pingIntervalMs,
    pongTimeoutMs,
    writeTimeoutMs,
    totals,
  });
};

/** `GET /healthz`: whoever answers lives. */
export const health: Handler = () => json({ status: 'ok' });

/** `GET /readyz`: whether newcomers should be sent here. */
export const readiness: Handler = (_ask, { unready }) => {
  const why = unready();
  return why === null ? json({ status: 'ready' }) : problem(503, why);
};

/** `GET /metrics` */
export const figures: Handler = async (_ask, { metrics }) => {
  if (metrics === null) return problem(404, 'this proxy keeps no metrics: ask /v1/proxy');
  const { contentType, text } = await metrics();
  return plain(text, contentType);
};

/** `GET /v1/openapi.json` */
export const description: Handler = async () => plain(await openApiText(), 'application/json');
