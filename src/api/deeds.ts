/** What operators do: evict, keep, caps, locks, the drain. All of it is on record, with the actor. */
import type { Command, SessionId, ViewerId } from '../contract.ts';
import { MOST_DRAIN_MS, USUAL_DRAIN_MS } from '../core/drain.ts';
import { wrongNote } from '../core/eviction.ts';
import { done, problem, read, unread, type Answer, type Read } from './answer.ts';
import { sessionIn, stopped, viewerIn } from './lists.ts';
import { glimpse, type Ask, type Handler, type Office } from './office.ts';
import { parametersOf } from './query.ts';

/** As on the command line. */
const CAP = { least: 1, most: 100_000 } as const;
const HOUR_MS = 3_600_000;

const only = (
  { body, query }: Ask,
  known: readonly string[],
  parameters: readonly string[] = [],
): Read<Readonly<Partial<Record<string, string>>>> => {
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const remedy = known.length === 0 ? 'leave the body out' : `send only ${known.join(', ')}`;
    return unread(`the body has a field that is not known: ${remedy}`);
  }
  return parametersOf(query, parameters);
};

const whole = (
  value: unknown,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): Read<number> =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    ? read(value)
    : unread(`${name} is a whole number from ${least} to ${most}`);

/** Why a command about a viewer was not carried out: mostly because it is no longer there. */
const notDone = async ({ control }: Office, id: ViewerId, reason: string): Promise<Answer> => {
  const picture = await glimpse(control, { detail: id });
  if (picture === null) return stopped;
  const isHere = picture.detail?.gone === false;
  return isHere
    ? problem(409, `${reason}: look at /v1/viewers/${id}`)
    : problem(404, `${reason}: list /v1/viewers`);
};

const carryOut = async ({ control }: Office, command: Command, status?: 202): Promise<Answer> => {
  const result = await control.command(command);
  return result.ok ? done(status) : problem(409, result.reason);
};

const toViewer = async (office: Office, command: Command & { readonly viewer: ViewerId }) => {
  const result = await office.control.command(command);
  return result.ok ? done() : notDone(office, command.viewer, result.reason);
};

/** `DELETE /v1/viewers/{viewer}` */
export const evict: Handler = async (ask, office) => {
  const viewer = viewerIn(ask);
  if (!viewer.ok) return viewer.answer;
  const given = only(ask, ['reason'], ['reason']);
  if (!given.ok) return given.answer;
  const reason = ask.body['reason'] ?? given.value['reason'] ?? '';
  if (typeof reason !== 'string') return problem(400, 'reason is no text: send one');
  if (ask.body['reason'] !== undefined && given.value['reason'] !== undefined) {
    return problem(400, 'reason is given twice: put it into the body or behind the ?');
  }
  const unfit = wrongNote(reason);
  if (unfit !== null) return problem(400, unfit);
  const why = reason.trim() === '' ? {} : { reason };
  return toViewer(office, { do: 'evict', viewer: viewer.value, actor: ask.actor, ...why });
};

/** `PUT /v1/viewers/{viewer}/keep` */
export const keep: Handler = async (ask, office) => {
  const viewer = viewerIn(ask);
  if (!viewer.ok) return viewer.answer;
  const given = only(ask, ['forMs']);
  if (!given.ok) return given.answer;
  const forMs = whole(ask.body['forMs'], 'forMs', { least: 1, most: HOUR_MS });
  if (!forMs.ok) return forMs.answer;
  const { actor } = ask;
  return toViewer(office, { do: 'keep', viewer: viewer.value, forMs: forMs.value, actor });
};

/** `DELETE /v1/viewers/{viewer}/keep` */
export const letGo: Handler = async (ask, office) => {
  const viewer = viewerIn(ask);
  if (!viewer.ok) return viewer.answer;
  const given = only(ask, []);
  if (!given.ok) return given.answer;
  return toViewer(office, { do: 'keep', viewer: viewer.value, forMs: 0, actor: ask.actor });
};

/** What is done to one session, or to all: the path has one or has none. */
const toSession =
  (
    known: readonly string[],
    command: (ask: Ask, session: SessionId | null) => Read<Command>,
  ): Handler =>
  (ask, office) => {
    const session = 'session' in ask.params ? sessionIn(ask) : read(null);
    if (!session.ok) return session.answer;
    const given = only(ask, known);
    if (!given.ok) return given.answer;
    const wanted = command(ask, session.value);
    return wanted.ok ? carryOut(office, wanted.value) : wanted.answer;
  };

/** `PUT /v1/cap` and `PUT /v1/sessions/{session}/cap` */
export const setCap: Handler = toSession(['cap'], ({ body, actor }, session) => {
  const cap = whole(body['cap'], 'cap', CAP);
  const which = session === null ? {} : { session };
  return cap.ok ? read({ do: 'set-cap', cap: cap.value, actor, ...which }) : cap;
});

/** `DELETE /v1/sessions/{session}/cap` */
export const liftCap: Handler = toSession([], ({ actor }, session) =>
  session === null
    ? unread('the default cap cannot be lifted: PUT another')
    : read({ do: 'lift-cap', session, actor }),
);

/** `PUT /v1/lock` and `PUT /v1/sessions/{session}/lock` */
export const lock: Handler = toSession([], ({ actor }, session) =>
  read({ do: 'lock', session, actor }),
);

/** `DELETE /v1/lock` and `DELETE /v1/sessions/{session}/lock` */
export const unlock: Handler = toSession([], ({ actor }, session) =>
  read({ do: 'unlock', session, actor }),
);

/** `POST /v1/drain` */
export const drain: Handler = (ask, office) => {
  const given = only(ask, ['windowMs']);
  if (!given.ok) return given.answer;
  const range = { least: 0, most: MOST_DRAIN_MS };
  const windowMs = whole(ask.body['windowMs'] ?? USUAL_DRAIN_MS, 'windowMs', range);
  if (!windowMs.ok) return windowMs.answer;
  return carryOut(office, { do: 'drain', windowMs: windowMs.value, actor: ask.actor }, 202);
};
