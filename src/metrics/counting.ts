/** What the events of a proxy count. Each one counts once; most of them count nothing. */
import type { ProxyEvent } from '../events.ts';
import {
  type Admission,
  ADMISSIONS,
  CODES,
  codeLabel,
  DIALS,
  type EventReader,
  EVICTIONS,
  LEAVES,
  READERS,
  REFUSALS,
  type Side,
  SIDES,
} from './labels.ts';
import { countBy, countByTwo, gauge, histogram, histogramBy } from './instruments.ts';
import type { Exposed } from './registry.ts';

/** Seconds: a neighbour in the rack, a phone in a tunnel, a backend at its timeout. */
const TRIP_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Seconds: from who reloads a page to who stays for a day. */
const LIFETIME_BUCKETS = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400];

/** Counts what happens. */
export type Counting = {
  readonly observe: (event: ProxyEvent) => void;
  /** A round trip to a viewer. */
  readonly rtt: (rttMs: number) => void;
  /** Events that somebody should have got and did not. */
  readonly dropped: (reader: EventReader, count: number) => void;
};

/** Sets the counters and histograms up in `registry`, all at 0. */
export const counting = (registry: Exposed): Counting => {
  const admission = countBy<Admission>(
    registry,
    {
      name: 'wsbouncer_admissions_total',
      help: 'Newcomers by what became of them: admitted, refused, failed (the backend did not answer), aborted (gone before it did).',
    },
    'result',
    ADMISSIONS,
  );
  const refusal = countBy(
    registry,
    { name: 'wsbouncer_refusals_total', help: 'Newcomers that got no slot, by why.' },
    'reason',
    REFUSALS,
  );
  const eviction = countBy(
    registry,
    { name: 'wsbouncer_evictions_total', help: 'Admitted viewers that were evicted, by why.' },
    'reason',
    EVICTIONS,
  );
  const leave = countBy(
    registry,
    { name: 'wsbouncer_leaves_total', help: 'Admitted viewers that are gone, by why.' },
    'reason',
    LEAVES,
  );
  const close = countByTwo<Side>(
    registry,
    {
      name: 'wsbouncer_closes_total',
      help: 'Ends of connections, refused ones included, by the side that was sent the Close that tells why, and its code: empty without a code, none where it was cut without a Close.',
    },
    ['side', 'code'],
    SIDES,
    CODES,
  );
  const rtt = histogram(
    registry,
    {
      name: 'wsbouncer_ping_rtt_seconds',
      help: 'Round trips to viewers, from a Ping to the Pong that answers it.',
    },
    TRIP_BUCKETS,
  );
  const lifetime = histogram(
    registry,
    {
      name: 'wsbouncer_viewer_lifetime_seconds',
      help: 'How long viewers that are gone were there, from admission on.',
    },
    LIFETIME_BUCKETS,
  );
  const dial = histogramBy(
    registry,
    {
      name: 'wsbouncer_backend_dial_seconds',
      help: 'Dials of backends, the wait for their turn included, by what came of them.',
    },
    'result',
    DIALS,
    TRIP_BUCKETS,
  );
  const dropped = countBy(
    registry,
    {
      name: 'wsbouncer_events_dropped_total',
      help: 'Events that a reader missed: of stdout, of the event log, of an event stream.',
    },
    'reader',
    READERS,
  );
  const descriptorsExhausted = gauge(registry, {
    name: 'wsbouncer_descriptors_exhausted',
    help: '1 while the process has no file descriptor left for newcomers.',
  });

  const observe = (event: ProxyEvent): void => {
    switch (event.event) {
      case 'viewer.admitted':
        admission('admitted');
        return dial('ok', event.dialMs);
      case 'viewer.refused':
        admission('refused');
        refusal(event.cause);
        if (event.status !== undefined) return undefined;
        return close('viewer', codeLabel(event.code, event.closeSent === true));
      case 'backend.unavailable':
        admission(event.cause === 'aborted' ? 'aborted' : 'failed');
        dial(event.cause, event.dialMs);
        if (event.status !== undefined) return undefined;
        return close('viewer', codeLabel(event.code, event.closeSent === true));
      case 'viewer.evicted':
        return eviction(event.cause);
      case 'viewer.left': {
        leave(event.cause);
        lifetime(event.durationMs);
        const side = event.cause === 'viewer-closed' ? 'backend' : 'viewer';
        return close(side, codeLabel(event.code, event.closeSent));
      }
      case 'log.recovered':
        return dropped('log', event.lost);
      case 'descriptors.exhausted':
        return descriptorsExhausted(1);
      case 'descriptors.recovered':
        return descriptorsExhausted(0);
      default:
        return undefined;
    }
  };
  return { observe, rtt, dropped };
};
