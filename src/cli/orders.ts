/** What the commands ask for, all values checked: the words between the command line and whoever carries it out. */
import type { ScreenOptions, SessionId, ViewerId } from '../contract.ts';

/** Where a proxy is controlled, as it was typed. */
export type Door =
  | { readonly socketPath: string }
  /** The port on which a proxy of this user listens. */
  | { readonly listens: number }
  | { readonly host: string; readonly port: number };

/** What every command says about the proxy that it asks. */
export type Client = {
  /** Null: the only one that runs. */
  readonly door: Door | null;
  readonly tokenFile: string | null;
  /** What the environment says; null: nothing. */
  readonly token: string | null;
  /** Null: by user and host. */
  readonly actor: string | null;
  readonly timeoutMs: number;
};

/** How what was found is written. */
export type OutputForm = 'table' | 'json' | 'jsonl';

/** A command to a proxy that runs. */
export type Order =
  | {
      readonly do: 'ls';
      readonly of: 'viewers' | 'sessions';
      readonly session: SessionId | null;
      readonly filter: string | null;
      readonly sort: string | null;
      readonly limit: number;
      readonly quiet: boolean;
      readonly output: OutputForm;
    }
  | {
      readonly do: 'show';
      readonly id: { readonly viewer: ViewerId } | { readonly session: SessionId };
      readonly output: OutputForm;
    }
  | {
      readonly do: 'evict';
      /** Null: from stdin. */
      readonly viewers: readonly ViewerId[] | null;
      readonly reason: string | null;
      readonly everyMs: number;
      readonly output: OutputForm;
    }
  | {
      readonly do: 'cap';
      /** Null: it is shown. */
      readonly to: number | 'default' | null;
      readonly session: SessionId | null;
      readonly output: OutputForm;
    }
  | {
      readonly do: 'lock' | 'unlock';
      readonly session: SessionId | null;
      readonly output: OutputForm;
    }
  | {
      readonly do: 'drain';
      readonly windowMs: number;
      readonly wait: boolean;
      readonly output: OutputForm;
    }
  | {
      readonly do: 'events';
      readonly follow: boolean;
      readonly since: string | null;
      readonly output: OutputForm;
    };

/** What a command line with a command asks for. */
export type Commanded =
  | { readonly do: 'print'; readonly text: string }
  | { readonly do: 'order'; readonly order: Order; readonly client: Client }
  /** Path `-` is stdin. */
  | { readonly do: 'replay'; readonly path: string; readonly screen: ScreenOptions }
  | { readonly do: 'attach'; readonly client: Client; readonly screen: ScreenOptions };
