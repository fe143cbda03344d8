/** What all viewers of one proxy share. */
import type { Clock } from '../clock.ts';
import type { ProxyOptions } from '../contract.ts';
import type { Ledger } from '../core/ledger.ts';
import type { Backends } from './backends.ts';
import type { Board } from './board.ts';
import type { ConnectionRules } from './connection.ts';
import type { Graveyard } from './graveyard.ts';
import type { Refusals } from './refuse.ts';
import type { Viewer } from './viewer.ts';

/** The proxy as a viewer sees it. */
export type House = {
  readonly options: ProxyOptions;
  readonly clock: Clock;
  /** The time between two ticks. */
  readonly tickMs: number;
  readonly rules: ConnectionRules;
  readonly ledger: Ledger;
  readonly board: Board;
  readonly graveyard: Graveyard;
  readonly refusals: Refusals;
  readonly backends: Backends;
  /** The backend of the viewer is about to be dialled: older connections to it may have to go. */
  readonly makeRoom: (viewer: Viewer) => void;
  /** The viewer gives its slot back; its legs may linger. */
  readonly release: (viewer: Viewer) => void;
  /** The slot of the viewer is free, and its end is on its way: whoever waits may have it. */
  readonly freed: (viewer: Viewer) => void;
  /** Nothing is left of the viewer. */
  readonly gone: (viewer: Viewer) => void;
};
