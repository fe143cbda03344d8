/** The commands that can be typed; the palette, the help and the README are made from this table. */

/** The name of a command. */
export type VerbName =
  | 'cap'
  | 'evict'
  | 'keep'
  | 'undo'
  | 'show'
  | 'go'
  | 'filter'
  | 'sort'
  | 'kind'
  | 'pause'
  | 'at'
  | 'export'
  | 'log'
  | 'redraw'
  | 'lock'
  | 'unlock'
  | 'drain'
  | 'stop'
  | 'help'
  | 'quit';

/** A command as it is typed and explained. */
export type Verb = {
  readonly name: VerbName;
  /** What follows the name; empty where nothing may. */
  readonly args: string;
  /** It does nothing without an argument. */
  readonly needs: boolean;
  /** A sentence without a stop. */
  readonly help: string;
  /** It changes or stops the proxy: not for a read-only console. */
  readonly changes: boolean;
};

const verb = (
  name: VerbName,
  args: string,
  help: string,
  { needs = false, changes = false } = {},
): Verb => ({ name, args, needs, help, changes });

/** All of them, the most useful first. */
export const verbs: readonly Verb[] = [
  verb('evict', 'viewer... [because why]', 'evict them in 3 s; u takes it back', {
    needs: true,
    changes: true,
  }),
  verb('cap', 'number|default [session]', 'for all, or for one; default lifts its own', {
    needs: true,
    changes: true,
  }),
  verb('keep', 'viewer [5m|off]', 'no deadline evicts it for a while', {
    needs: true,
    changes: true,
  }),
  verb('undo', '', 'take back the newest eviction or cap change', { changes: true }),
  verb('show', 'viewer', 'all about it, also after it has gone', { needs: true }),
  verb('go', 'session|viewer', 'move the cursor there', { needs: true }),
  verb('filter', '[text]', 'as / does; alone it clears the filter'),
  verb('sort', 'column [reversed]', 'sort the list that has the column', { needs: true }),
  verb('kind', '[kind]', 'events of one kind; alone: of all kinds'),
  verb('pause', '', 'hold the picture still, or go on'),
  verb('at', 'time|start|end', 'in a replay: go to 12:05:06, to 2026-11-21 12:05, or +5m', {
    needs: true,
  }),
  verb('export', '[file]', 'write a picture of everything as JSON'),
  verb('log', '', 'lines instead of the screen'),
  verb('redraw', '', 'draw the screen anew'),
  verb('lock', '[session]', 'refuse newcomers, in one session or in all; evicts nobody', {
    changes: true,
  }),
  verb('unlock', '[session]', 'let newcomers in again; alone: nothing is locked any more', {
    changes: true,
  }),
  verb('drain', '[30s]', 'refuse newcomers, let viewers finish for so long, and end', {
    changes: true,
  }),
  verb('stop', '', 'close all viewers and end the proxy, after a question', { changes: true }),
  verb('help', '[word]', 'keys and commands, or those with a word'),
  verb('quit', '', 'quit, after a question', { changes: true }),
];
