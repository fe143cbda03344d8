/** What a close code and its reason mean, for whoever looks at the page. */

/** A headline, and a sentence or two. */
export type PlainWords = { readonly headline: string; readonly why: string };

/**
 * Says a close in plain words, whoever closed. Refers to nothing outside itself: the page gets
 * its text.
 */
export const inPlainWords = (code: number, reason: string): PlainWords => {
  const [what = '', told] = reason.split(/: (.*)/s);
  // The proxy's own words; `told` is what an operator adds to an eviction.
  const own = new Map<string, readonly [headline: string, why: string]>([
    [
      '1013 too many connections for this session',
      [
        'Refused',
        'This session has as many viewers as it takes. Close one of its tabs, or wait until one goes.',
      ],
    ],
    [
      '1013 too many connections',
      ['Refused', 'The proxy has as many viewers as it takes in all its sessions together.'],
    ],
    [
      '1013 session locked',
      ['Refused', 'An operator has locked this session: it takes no more viewers for now.'],
    ],
    [
      '1013 proxy is draining',
      ['Refused', 'The proxy takes no more viewers: it stops as soon as the last one has gone.'],
    ],
    [
      '1012 service restart',
      ['Disconnected', 'The proxy makes way for another one. This tab comes back by itself.'],
    ],
    [
      '1008 evicted by operator',
      ['Evicted', `An operator ended this connection${told === undefined ? '' : `: ${told}`}.`],
    ],
    [
      '1001 pong timeout',
      [
        'Evicted',
        'Nothing was heard of this tab for too long: the network was away, or the tab asleep.',
      ],
    ],
    ['1001 proxy is shutting down', ['Disconnected', 'The proxy stops.']],
    [
      '1011 backend unavailable',
      ['No session', 'The server of this session does not answer, or there is none.'],
    ],
    ['1011 backend lost', ['Disconnected', 'The server of this session is lost, or stuck.']],
  ]);
  const offence = ['Disconnected', 'Something that this page sent was not accepted.'] as const;
  const any = new Map<number, readonly [headline: string, why: string]>([
    [1000, ['Ended', 'The session is over.']],
    [1001, ['Disconnected', 'The other side goes away.']],
    [1002, offence],
    [1003, offence],
    [
      1006,
      [
        'No connection',
        'It was cut, or did not come about: the network is away, the proxy does not run, lets this page not in, or got no data off to this tab for too long.',
      ],
    ],
    [1007, offence],
    [1008, ['Sent away', 'The session does not want this viewer.']],
    [1009, offence],
    [1010, offence],
    [1012, ['Disconnected', 'The service restarts.']],
    [1013, ['Refused', 'No viewers are taken at the moment.']],
  ]);
  const [headline, why] =
    own.get(`${code} ${what}`) ??
    any.get(code) ??
    (code < 3000
      ? (['Disconnected', 'The server of this session ended the connection.'] as const)
      : (['Ended', 'The session ended the connection, for a reason of its own.'] as const));
  return { headline, why };
};
