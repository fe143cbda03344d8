/** What there is in the proxy at the moment of a scrape. */
import type { Measures } from '../contract.ts';
import { followSums, gauge, gaugesBy } from './instruments.ts';
import type { Exposed } from './registry.ts';
import { DIRECTIONS, STATES } from './labels.ts';

/** Sets the gauges up; what it returns shows the values of a moment. */
export const measured = (registry: Exposed): ((measures: Measures) => void) => {
  const one = (name: string, help: string) => gauge(registry, { name, help });
  const viewers = one(
    'wsbouncer_viewers',
    'Slots taken: viewers that dial and viewers that are open.',
  );
  const states = gaugesBy(
    registry,
    { name: 'wsbouncer_viewers_by_state', help: 'The same by state.' },
    'state',
    STATES,
  );
  const sessions = one('wsbouncer_sessions', 'Sessions with viewers.');
  const atCap = one(
    'wsbouncer_sessions_at_cap',
    'Sessions with as many viewers as their cap or more: they refuse newcomers.',
  );
  const overCap = one(
    'wsbouncer_sessions_over_cap',
    'Those of them with more, after the cap was lowered.',
  );
  const locks = one('wsbouncer_sessions_locked', 'Sessions that are locked each alone.');
  const locked = one('wsbouncer_locked', '1 while all sessions are locked.');
  const draining = one('wsbouncer_draining', '1 while the proxy drains.');
  const held = one(
    'wsbouncer_newcomers_held',
    'Newcomers that wait, without a slot, for one or for their refusal.',
  );
  const logFailing = one(
    'wsbouncer_event_log_failing',
    '1 while events cannot be written to the event log.',
  );
  const cap = one('wsbouncer_cap', 'The default cap of a session.');
  const maxViewers = one('wsbouncer_max_viewers', 'The most viewers in all sessions together.');
  const queue = one('wsbouncer_queue_bytes', 'Bytes that wait for viewers.');
  const bytes = followSums(
    registry,
    { name: 'wsbouncer_relay_bytes_total', help: 'Bytes passed on, frame headers included.' },
    'direction',
    DIRECTIONS,
  );
  const messages = followSums(
    registry,
    { name: 'wsbouncer_relay_messages_total', help: 'Messages passed on whole.' },
    'direction',
    DIRECTIONS,
  );

  return ({ totals, relayed, ...now }) => {
    viewers(totals.viewers);
    states(now.states);
    sessions(totals.sessions);
    atCap(totals.full + totals.over);
    overCap(totals.over);
    locks(totals.locks);
    locked(totals.locked ? 1 : 0);
    draining(totals.draining === null ? 0 : 1);
    held(totals.held);
    logFailing(totals.logFails ? 1 : 0);
    cap(now.cap);
    maxViewers(now.maxViewers);
    queue(now.queuedBytes);
    bytes({ 'to-viewer': relayed.bytesToViewer, 'to-backend': relayed.bytesToBackend });
    messages({ 'to-viewer': relayed.messagesToViewer, 'to-backend': relayed.messagesToBackend });
  };
};
