/** What an option is, wherever it stands in the table. */

/** How an option is written and what it means. */
export type OptionRow = {
  /** As on the command line, without its dashes; `WSBOUNCER_` and capitals in the environment. */
  readonly name: string;
  /** What stands for the value; null for a switch. */
  readonly placeholder: string | null;
  /** The default as text; null where the meaning says it, or there is none. */
  readonly byDefault: string | null;
  readonly meaning: string;
  /** For completions: its values where they are few, or of what kind they are. */
  readonly values?: readonly string[] | 'files' | 'viewers' | 'sessions' | 'viewers and sessions';
  /** May be given more than once; comma-separated in the environment. */
  readonly repeatable?: true;
  /** Belongs to one command only. */
  readonly only?: 'proxy' | 'demo';
  /** Only for the console: without one it is read and has no effect. */
  readonly screen?: true;
};
