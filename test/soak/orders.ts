/** What the soak and the proxy's process say to each other. */
import type { Command, CommandResult, ProxyOptions } from '../../src/contract.ts';
import type { Figures, Observation } from './observation.ts';

/** Something that the proxy's process is asked. */
export type Order =
  | { readonly do: 'start'; readonly options: ProxyOptions }
  | { readonly do: 'command'; readonly command: Command }
  /** Watches with so many watchers from now on. */
  | { readonly do: 'watch'; readonly watchers: number }
  /** Stands still. */
  | { readonly do: 'stall'; readonly forMs: number }
  | { readonly do: 'figures'; readonly collected: boolean };

/** What comes back for each. */
export type Answers = {
  readonly start: { readonly address: string };
  readonly command: CommandResult;
  readonly watch: null;
  readonly stall: null;
  readonly figures: Figures;
};

type WithoutTime<Seen> = Seen extends unknown ? Omit<Seen, 'at'> : never;

/** What is seen there; `ms` are since 1970. */
export type Sighting = { readonly ms: number } & WithoutTime<
  Extract<Observation, { on: 'event' | 'slots' | 'backends' | 'fault' }>
>;

/** An order with its number; the answer has the same. */
export type Asked = { readonly number: number; readonly order: Order };

/** What the proxy's process says. */
export type Told =
  | { readonly told: 'answer'; readonly number: number; readonly value: unknown }
  | { readonly told: 'sightings'; readonly sightings: readonly Sighting[] };
