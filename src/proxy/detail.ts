/** All that is known of one viewer that is here: for the one that an operator looks at closely. */
import type { Clock } from '../clock.ts';
import type { ViewerDetail, ViewerRow } from '../contract.ts';
import { PEAK_STEP_MS } from '../core/trace.ts';
import type { Viewer } from './viewer.ts';

/** What `row`, of the same moment, does not say; nothing was measured yet while it dials. */
export const detailOf = (viewer: Viewer, row: ViewerRow, clock: Clock): ViewerDetail => {
  const now = clock.now();
  const { connection } = viewer;
  const liveness = connection?.health.liveness;
  return {
    gone: false,
    row,
    arrivedAt: viewer.arrivedOn,
    rttsMs: liveness?.rttsMs(now) ?? [],
    queues: connection?.health.queues(now) ?? [],
    queueStepMs: PEAK_STEP_MS,
    pingsSent: liveness?.pingsSent ?? 0,
    pingsLost: liveness?.pingsLost(now) ?? 0,
    messagesToViewer: connection?.toViewer.messages ?? 0,
    messagesToBackend: connection?.toBackend.messages ?? 0,
  };
};
