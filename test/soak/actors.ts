/** Who plays which part. */
import {
  early,
  halfRequest,
  inventor,
  leaver,
  malformed,
  naive,
  silentConnection,
  storm,
} from './actors-door.ts';
import {
  churner,
  clinger,
  closer,
  fragmenter,
  hostile,
  pinger,
  resetter,
  visitor,
} from './actors-frames.ts';
import { good } from './actors-good.ts';
import {
  burstyReader,
  mute,
  pusher,
  slowReader,
  slowSender,
  steadyReader,
  unread,
} from './actors-slow.ts';
import type { ViewerKind } from './plan.ts';
import type { Stage } from './stage.ts';

/** Plays a part to its end; leaves no socket behind. */
export const actors: Readonly<Record<ViewerKind, (stage: Stage) => Promise<void>>> = {
  healthy: good,
  resident: good,
  mute,
  unread,
  'slow-reader': slowReader,
  'steady-reader': steadyReader,
  'bursty-reader': burstyReader,
  'slow-sender': slowSender,
  storm,
  naive,
  inventor,
  'half-request': halfRequest,
  'silent-connection': silentConnection,
  malformed,
  hostile,
  resetter,
  closer,
  clinger,
  pinger,
  fragmenter,
  leaver,
  early,
  visitor,
  pusher,
  churner,
};
