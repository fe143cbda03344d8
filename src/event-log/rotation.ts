/**
 * What the files of a log are called, and which of them move when a new one is begun: `log` is
 * written, `log.1` was written before it, and so on up to the last one that is kept.
 */

/** One step of a rotation; a step whose file is not there is passed over. */
export type Move =
  | { readonly do: 'rename'; readonly from: string; readonly to: string }
  | { readonly do: 'remove'; readonly path: string };

/** The name of a file of the log; 0 is the one that is written. */
export const fileName = (path: string, age: number): string =>
  age === 0 ? path : `${path}.${age}`;

/**
 * The moves that make room for a new file, of `files` in all, in this order. `isThere` says which
 * ages have a file: older ones are moved only as far as the first gap, so that a rotation that
 * failed half-way and is tried again pushes nothing out.
 */
export const movesFor = (
  path: string,
  files: number,
  isThere: (age: number) => boolean,
): readonly Move[] => {
  if (files === 1) return [{ do: 'remove', path }];
  let gap = 1;
  while (gap < files - 1 && isThere(gap)) gap += 1;
  const moves: Move[] = [];
  for (let age = gap; age > 0; age -= 1) {
    moves.push({ do: 'rename', from: fileName(path, age - 1), to: fileName(path, age) });
  }
  return moves;
};

/** Whether a line of `bytes` begins a new file: an empty one takes any, and size 0 all. */
export const isDue = (size: number, has: number, bytes: number): boolean =>
  size > 0 && has > 0 && has + bytes > size;
