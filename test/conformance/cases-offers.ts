/** Group 13: what is offered of permessage-deflate, and what comes of it (RFC 7692 7.1). */
import { opcodes } from '../support/frame-reader.ts';
import { aBinary, anyFrame, aText, binary, type Draft, send, talk, text } from './case.ts';
import { deflatedBinary, deflatedText, json, PLAIN } from './deflated-frames.ts';
import { deflated, type Deflating } from './inflation.ts';

const OFFERS = [
  PLAIN,
  `${PLAIN}; client_no_context_takeover`,
  `${PLAIN}; server_no_context_takeover`,
  `${PLAIN}; client_no_context_takeover; server_no_context_takeover`,
  `${PLAIN}; client_max_window_bits`,
  `${PLAIN}; client_max_window_bits=9`,
  `${PLAIN}; client_max_window_bits=12`,
  `${PLAIN}; client_max_window_bits=15`,
  `${PLAIN}; server_max_window_bits=9`,
  `${PLAIN}; server_max_window_bits=12`,
  `${PLAIN}; server_max_window_bits=15`,
  `${PLAIN}; server_max_window_bits=10; client_max_window_bits=10`,
  `${PLAIN}; server_no_context_takeover; server_max_window_bits=9; client_max_window_bits`,
  `${PLAIN};server_max_window_bits="11"`,
  `${PLAIN}; server_max_window_bits=9, ${PLAIN}; client_max_window_bits, ${PLAIN}`,
  `x-unheard-of, ${PLAIN}; client_max_window_bits`,
  'x-unheard-of; with=parameters',
];

/** Said again and again, so that a context that the backend takes over shows. */
const rows = json(4096);
/** Readable whatever was agreed: no context, and the smallest window. */
const careful: Deflating = { windowBits: 9 };

/** What is offered reaches the backend, and what it agrees to reaches the viewer. */
export const offers: readonly Draft[] = OFFERS.map((extensions) => {
  const heard = [aText(rows), aText(rows), aBinary(rows), aText('')];
  const compressed = extensions.includes(PLAIN);
  const plain = [text(rows), text(rows), binary(rows), text('')];
  const pressed = [
    deflatedText(rows, careful),
    text(rows),
    deflatedBinary(rows, careful),
    anyFrame({ opcode: opcodes.text, rsv1: true, payload: deflated('', careful) }),
  ];
  return talk(
    `settles ${extensions} as without a proxy`,
    [send(...(compressed ? pressed : plain))],
    heard,
    { extensions },
  );
});
