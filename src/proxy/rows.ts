/** The rows of a picture: what is shown of one viewer, and of one session. */
import type { SessionRow, ViewerRow } from '../contract.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Board } from './board.ts';
import type { Session } from './census.ts';
import { oldestArrival, p95Of, queuedOf, rateOf, rttOf, sumOf } from './figures.ts';
import type { Graveyard } from './graveyard.ts';
import type { Viewer } from './viewer.ts';

/** The row of a viewer at the time `now`. */
export const viewerRow = (viewer: Viewer, graveyard: Graveyard, now: number): ViewerRow => {
  const { connection, state, remote, who } = viewer;
  const { session } = viewer.slot;
  const health = connection?.health;
  const deadline = health?.liveness.deadline(now);
  return {
    id: viewer.id,
    session,
    remote,
    who,
    state,
    rttMs: rttOf(viewer),
    smoothedRttMs: health?.liveness.smoothedRttMs ?? null,
    recentRttsMs: health?.liveness.recentRttsMs ?? [],
    deadlineMs: deadline?.leftMs ?? null,
    deadlineHeld: deadline?.held ?? false,
    keptMs: viewer.keptMs(now),
    queuedBytes: queuedOf(viewer),
    stuckMs: state === 'stuck' ? (health?.stuckMs(now) ?? 0) : 0,
    ageMs: now - viewer.arrivedAt,
    bytesToViewer: connection?.toViewer.relayed ?? 0,
    bytesToBackend: connection?.toBackend.relayed ?? 0,
    bytesPerSecond: Math.round(rateOf(viewer)),
    rejoined: graveyard.rejoined(session, who, remote, viewer.arrivedOn),
  };
};

/** The row of a session at the time `now`. */
export const sessionRow = (
  session: Session,
  { ledger, board }: { readonly ledger: Ledger; readonly board: Board },
  now: number,
): SessionRow => {
  const { id, state, viewers, cap } = session;
  let dialling = 0;
  for (const { phase } of viewers) if (phase === 'dialling') dialling += 1;
  return {
    id,
    state,
    viewers: viewers.size,
    dialling,
    cap,
    capIsOwn: ledger.hasOwnCap(id),
    locked: ledger.locks.holds(id),
    p95RttMs: p95Of(session),
    queuedBytes: sumOf(session, queuedOf),
    bytesPerSecond: Math.round(sumOf(session, rateOf)),
    refused: board.refusedIn(id),
    ageMs: now - (oldestArrival(session) ?? now),
  };
};
