/** Compressed messages of a viewer, and something in them that is worth compressing. */
import { binary, text } from './case.ts';
import { deflated, type Deflating } from './inflation.ts';

/** The extension, offered without a wish. */
export const PLAIN = 'permessage-deflate';

/** A compressed text in one frame. */
export const deflatedText = (data: string, how?: Deflating): Buffer =>
  text(deflated(data, how), { rsv1: true });

/** A compressed binary in one frame. */
export const deflatedBinary = (data: Uint8Array | string, how?: Deflating): Buffer =>
  binary(deflated(data, how), { rsv1: true });

/** So many bytes of JSON, cut anywhere. */
export const json = (length: number): string => {
  let rows = '';
  for (let id = 0; rows.length < length; id += 1) rows += `{"id":${id},"state":"ok","load":0.5},`;
  return rows.slice(0, length);
};
