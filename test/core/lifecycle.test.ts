import { describe, expect, it } from 'vitest';
import {
  DIALLING,
  step,
  type Effect,
  type Happening,
  type Lifecycle,
} from '../../src/core/lifecycle.ts';

/** What happens, as a playbook calls it. */
const HAPPENINGS = {
  'dial succeeds': { on: 'dialled' },
  'dial is refused': { on: 'dial-failed', cause: 'refused' },
  'dial times out': { on: 'dial-failed', cause: 'timeout' },
  'dial is answered badly': { on: 'dial-failed', cause: 'bad-answer' },
  'dial has no session to go to': { on: 'dial-failed', cause: 'unknown-session' },
  'dial breaks': { on: 'dial-failed', cause: 'error' },
  'viewer closes': { on: 'close', side: 'viewer' },
  'backend closes': { on: 'close', side: 'backend' },
  'viewer is lost': { on: 'lost', side: 'viewer' },
  'backend is lost': { on: 'lost', side: 'backend' },
  'viewer breaks the protocol': { on: 'offence', side: 'viewer', cause: 'protocol-error' },
  'viewer says too much': { on: 'offence', side: 'viewer', cause: 'message-too-big' },
  'backend breaks the protocol': { on: 'offence', side: 'backend', cause: 'protocol-error' },
  'backend says too much': { on: 'offence', side: 'backend', cause: 'message-too-big' },
  'pong deadline passes': { on: 'evict', cause: 'pong-timeout' },
  'write deadline passes': { on: 'evict', cause: 'write-timeout' },
  'operator evicts': { on: 'evict', cause: 'operator' },
  'proxy stops': { on: 'shutdown' },
  'drain comes to it': { on: 'drained' },
} as const satisfies Record<string, Happening>;

/** An effect in words: `close viewer 1001 pong timeout`, `left evicted by operator, see viewer`. */
const said = (effect: Effect): string => {
  switch (effect.do) {
    case 'refuse':
      return `refuse ${effect.words.code} ${effect.words.reason} or ${effect.status}`;
    case 'close':
      return `close ${effect.side} ${effect.words.code} ${effect.words.reason}`;
    case 'pass-close':
    case 'answer':
    case 'end':
    case 'cut':
      return `${effect.do} ${effect.side}`;
    case 'record-unavailable':
      return `unavailable ${effect.cause}`;
    case 'record-left': {
      const by = effect.evicted === null ? '' : ` by ${effect.evicted}`;
      return `left ${effect.cause}${by}, see ${effect.put}`;
    }
    default:
      return effect.do;
  }
};

type Line = readonly [happening: keyof typeof HAPPENINGS, effects: readonly string[]];

/** Plays the lines from the dial on, holds every step to its effects, gives the last phase. */
const play = (lines: readonly Line[]): Lifecycle['phase'] => {
  let state = DIALLING;
  const seen: [string, string[]][] = [];
  for (const [happening] of lines) {
    const { state: next, effects } = step(state, HAPPENINGS[happening]);
    seen.push([happening, effects.map(said)]);
    state = next;
  }
  expect(seen).toEqual(lines);
  return state.phase;
};

const OPENED: Line = ['dial succeeds', ['accept', 'record-admitted', 'relay']];
const BOTH_LOST: readonly Line[] = [
  ['viewer is lost', ['cut viewer']],
  ['backend is lost', ['cut backend']],
];

type Playbook = readonly [name: string, lines: readonly Line[], phase: Lifecycle['phase']];

describe('a dial', () => {
  const playbooks: readonly Playbook[] = [
    ['opens the relay once it succeeds', [OPENED], 'open'],
    ['opens it once', [OPENED, ['dial succeeds', []], ['dial is refused', []]], 'open'],
    [
      'that is refused gives the slot back before the viewer is told',
      [
        [
          'dial is refused',
          ['release', 'refuse 1011 backend unavailable or 502', 'unavailable refused'],
        ],
      ],
      'gone',
    ],
    [
      'that times out is a 504 where refusals are HTTP',
      [
        [
          'dial times out',
          ['release', 'refuse 1011 backend unavailable or 504', 'unavailable timeout'],
        ],
      ],
      'gone',
    ],
    [
      'that is answered badly is an unavailable backend',
      [
        [
          'dial is answered badly',
          ['release', 'refuse 1011 backend unavailable or 502', 'unavailable bad-answer'],
        ],
      ],
      'gone',
    ],
    [
      'that has no session to go to is answered in one way, however others are refused',
      [['dial has no session to go to', ['release', 'not-found', 'unavailable unknown-session']]],
      'gone',
    ],
    [
      'that breaks is an unavailable backend',
      [
        ['dial breaks', ['release', 'refuse 1011 backend unavailable or 502', 'unavailable error']],
        ['viewer is lost', []],
        ['dial succeeds', []],
      ],
      'gone',
    ],
    [
      'is aborted when the viewer leaves, and the slot is free at once',
      [
        ['viewer is lost', ['release', 'abort-dial', 'cut viewer', 'unavailable aborted']],
        ['dial succeeds', []],
        ['viewer is lost', []],
      ],
      'gone',
    ],
    [
      'is aborted when the viewer says too much too early',
      [
        [
          'viewer says too much',
          ['release', 'abort-dial', 'refuse 1009 message too big or 400', 'unavailable aborted'],
        ],
      ],
      'gone',
    ],
    [
      'is aborted when the operator evicts the viewer',
      [
        [
          'operator evicts',
          [
            'release',
            'abort-dial',
            'refuse 1008 evicted by operator or 503',
            'unavailable aborted',
          ],
        ],
        ['dial is refused', []],
      ],
      'gone',
    ],
    [
      'is aborted when the proxy stops',
      [
        [
          'proxy stops',
          [
            'release',
            'abort-dial',
            'refuse 1001 proxy is shutting down or 503',
            'unavailable aborted',
          ],
        ],
      ],
      'gone',
    ],
    [
      'says the cause to a viewer whose pong deadline passes, and cuts one that takes no bytes',
      [
        [
          'pong deadline passes',
          ['release', 'abort-dial', 'refuse 1001 pong timeout or 503', 'unavailable aborted'],
        ],
        ['write deadline passes', []],
      ],
      'gone',
    ],
  ];
  it.each(playbooks)('%s', (_name, lines, phase) => {
    expect(play(lines)).toBe(phase);
  });
});

describe('the close codes of the contract', () => {
  const playbooks: readonly Playbook[] = [
    [
      '1011 backend lost: the backend broke without a Close',
      [
        OPENED,
        [
          'backend is lost',
          [
            'release',
            'close viewer 1011 backend lost',
            'cut backend',
            'left backend-lost, see viewer',
          ],
        ],
        ['viewer closes', ['end viewer']],
        ['viewer is lost', []],
      ],
      'gone',
    ],
    [
      '1001 pong timeout to the viewer, 1001 viewer evicted to the backend',
      [
        OPENED,
        [
          'pong deadline passes',
          [
            'release',
            'close viewer 1001 pong timeout',
            'close backend 1001 viewer evicted',
            'left evicted by pong-timeout, see viewer',
          ],
        ],
        ...BOTH_LOST,
      ],
      'gone',
    ],
    [
      'none to a viewer that takes no bytes, 1001 viewer evicted to the backend',
      [
        OPENED,
        [
          'write deadline passes',
          [
            'release',
            'cut viewer',
            'close backend 1001 viewer evicted',
            'left evicted by write-timeout, see viewer',
          ],
        ],
        ['viewer is lost', []],
        ['backend closes', ['end backend']],
        ['backend is lost', []],
      ],
      'gone',
    ],
    [
      '1008 evicted by operator to the viewer, 1001 viewer evicted to the backend',
      [
        OPENED,
        [
          'operator evicts',
          [
            'release',
            'close viewer 1008 evicted by operator',
            'close backend 1001 viewer evicted',
            'left evicted by operator, see viewer',
          ],
        ],
        ['operator evicts', []],
        ['pong deadline passes', []],
      ],
      'closing',
    ],
    [
      '1009 to a viewer that says too much, 1001 viewer lost to the backend',
      [
        OPENED,
        [
          'viewer says too much',
          [
            'release',
            'close viewer 1009 message too big',
            'close backend 1001 viewer lost',
            'left message-too-big, see viewer',
          ],
        ],
        ['viewer says too much', []],
      ],
      'closing',
    ],
    [
      '1002 to a viewer that breaks the protocol, 1001 viewer lost to the backend',
      [
        OPENED,
        [
          'viewer breaks the protocol',
          [
            'release',
            'close viewer 1002 protocol error',
            'close backend 1001 viewer lost',
            'left protocol-error, see viewer',
          ],
        ],
      ],
      'closing',
    ],
    [
      '1009 to a backend that says too much, 1011 backend lost to the viewer',
      [
        OPENED,
        [
          'backend says too much',
          [
            'release',
            'close viewer 1011 backend lost',
            'close backend 1009 message too big',
            'left backend-lost, see viewer',
          ],
        ],
      ],
      'closing',
    ],
    [
      '1002 to a backend that breaks the protocol, 1011 backend lost to the viewer',
      [
        OPENED,
        [
          'backend breaks the protocol',
          [
            'release',
            'close viewer 1011 backend lost',
            'close backend 1002 protocol error',
            'left backend-lost, see viewer',
          ],
        ],
      ],
      'closing',
    ],
    [
      '1001 proxy is shutting down to both',
      [
        OPENED,
        [
          'proxy stops',
          [
            'release',
            'close viewer 1001 proxy is shutting down',
            'close backend 1001 proxy is shutting down',
            'left shutdown, see viewer',
          ],
        ],
        ['proxy stops', []],
        ...BOTH_LOST,
      ],
      'gone',
    ],
    [
      '1012 service restart to a viewer whose turn it is in a drain',
      [
        OPENED,
        [
          'drain comes to it',
          [
            'release',
            'close viewer 1012 service restart',
            'close backend 1001 proxy is shutting down',
            'left shutdown, see viewer',
          ],
        ],
        ['proxy stops', []],
        ...BOTH_LOST,
      ],
      'gone',
    ],
    [
      '1001 viewer lost to the backend of a viewer that went without a Close',
      [
        OPENED,
        [
          'viewer is lost',
          [
            'release',
            'cut viewer',
            'close backend 1001 viewer lost',
            'left viewer-lost, see viewer',
          ],
        ],
        ['backend closes', ['end backend']],
        ['backend is lost', []],
      ],
      'gone',
    ],
    [
      'the code of the viewer to the backend, and the answer back',
      [
        OPENED,
        ['viewer closes', ['release', 'pass-close backend', 'left viewer-closed, see backend']],
        ['backend closes', ['end backend', 'pass-close viewer', 'end viewer']],
        ['viewer is lost', []],
        ['backend is lost', []],
      ],
      'gone',
    ],
    [
      'the code of the backend to the viewer, and the answer back',
      [
        OPENED,
        ['backend closes', ['release', 'pass-close viewer', 'left backend-closed, see viewer']],
        ['viewer closes', ['end viewer', 'pass-close backend', 'end backend']],
        ['backend is lost', []],
        ['viewer is lost', []],
      ],
      'gone',
    ],
  ];
  it.each(playbooks)('%s', (_name, lines, phase) => {
    expect(play(lines)).toBe(phase);
  });
});

describe('closing', () => {
  const playbooks: readonly Playbook[] = [
    [
      'takes a Close that crosses one of ours for its answer',
      [
        OPENED,
        [
          'operator evicts',
          [
            'release',
            'close viewer 1008 evicted by operator',
            'close backend 1001 viewer evicted',
            'left evicted by operator, see viewer',
          ],
        ],
        ['viewer closes', ['end viewer']],
        ['backend closes', ['end backend']],
        ['backend is lost', []],
        ['viewer is lost', []],
      ],
      'gone',
    ],
    [
      'lasts until both sockets are at their end',
      [
        OPENED,
        ['viewer closes', ['release', 'pass-close backend', 'left viewer-closed, see backend']],
        ['backend closes', ['end backend', 'pass-close viewer', 'end viewer']],
        ['viewer is lost', []],
      ],
      'closing',
    ],
    [
      'answers a viewer whose backend goes without a word',
      [
        OPENED,
        ['viewer closes', ['release', 'pass-close backend', 'left viewer-closed, see backend']],
        ['backend is lost', ['cut backend', 'answer viewer', 'end viewer']],
        ['viewer is lost', []],
      ],
      'gone',
    ],
    [
      'answers a backend whose viewer goes without a word',
      [
        OPENED,
        ['backend closes', ['release', 'pass-close viewer', 'left backend-closed, see viewer']],
        ['viewer is lost', ['cut viewer', 'answer backend', 'end backend']],
        ['backend is lost', []],
      ],
      'gone',
    ],
    [
      'says nothing more to a viewer that is lost after its Close',
      [
        OPENED,
        ['viewer closes', ['release', 'pass-close backend', 'left viewer-closed, see backend']],
        ['viewer is lost', ['cut viewer']],
        ['backend closes', ['end backend']],
        ['backend is lost', []],
      ],
      'gone',
    ],
    [
      'ignores whatever a side does after its Close',
      [
        OPENED,
        ['viewer closes', ['release', 'pass-close backend', 'left viewer-closed, see backend']],
        ['viewer closes', []],
        ['viewer breaks the protocol', []],
        ['backend breaks the protocol', []],
        ['pong deadline passes', []],
        ['proxy stops', []],
      ],
      'closing',
    ],
  ];
  it.each(playbooks)('%s', (_name, lines, phase) => {
    expect(play(lines)).toBe(phase);
  });
});
