/**
 * The help text, made from the table of options so that it cannot disagree with what is
 * accepted. It fits 80 columns, as every terminal does.
 */
import { commandList } from './command-help.ts';
import { listOf } from './help-list.ts';
import type { OptionRow } from './option-row.ts';
import { OPTION_TABLE, spelling } from './option-table.ts';

/** An option as it is typed, and what it means. */
type Entry = readonly [string, string];

const entryOf = (row: OptionRow): Entry => [
  spelling(row),
  row.byDefault === null ? row.meaning : `${row.meaning} (default ${row.byDefault})`,
];

const optionList = listOf([
  ...OPTION_TABLE.filter(({ screen }) => !screen).map(entryOf),
  ['-h, --help', 'this text'],
  ['--version', 'the version'],
]);

const screenList = listOf(OPTION_TABLE.filter(({ screen }) => screen).map(entryOf));

/** What `--help` prints, with a line break at its end. */
export const helpText = `wsbouncer - a WebSocket session proxy with an operator's console

Usage
  wsbouncer --backend <url> [options]    the proxy under the console
  wsbouncer demo [options]               the same over sample sessions
  wsbouncer <command> [options]          to a wsbouncer that runs already

Without a terminal, and with --headless, events go to stdout as JSON lines.

Commands; wsbouncer <command> --help has their options and exit codes
${commandList()}

Options
${optionList}

Console
${screenList}

Durations: 50ms, 1.5s, 15s, 1m, 1h. Sizes: 64KiB, 4MiB, 1GiB, or plain bytes.
Every option is also WSBOUNCER_<OPTION> in the environment (WSBOUNCER_CAP=4,
WSBOUNCER_HEADLESS=1; repeatable ones comma-separated); a flag wins.
The demo has a cap of 4, pings every 2s, evicts after 6s of silence or 8s
without reading, gives late viewers 1s when a session is full, and holds
refusals for 2s at most; its backends and its path are its own.

Examples
  Look around, without a server:
    $ wsbouncer demo
  A terminal that several people watch (ttyd -p 7681 -W bash):
    $ wsbouncer --backend ws://127.0.0.1:7681/ws --path /ws --cap 4
  A desktop (websockify 6080 localhost:5900):
    $ wsbouncer --backend ws://127.0.0.1:6080/ --path /vnc
  A Unix socket for each session:
    $ wsbouncer --backend 'ws+unix:/run/app/{session}.sock:/ws'
  As a system's unit, for all interfaces, from one site:
    $ wsbouncer --headless --listen 0.0.0.0:8080 \\
        --backend 'ws://10.0.0.7:9000/live/{session}' \\
        --allow-origin https://app.example

Exit codes: 0 stopped, 1 the machine said no (a port in use), 2 wrong usage.
`;
