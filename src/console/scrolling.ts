/** Moving through a page that is taller than its place on the screen. */
import type { Motion } from './cursor.ts';

/** Rows of a page: those that are shown at once, and all. */
export type Extent = { readonly shown: number; readonly total: number };

/**
 * The first row that is shown after `by`, with `top` before; null moves only as far as the page
 * has rows. A page key moves by `page` rows.
 */
export const scrolledTop = (
  top: number,
  by: Motion | null,
  { shown, total }: Extent,
  page = shown,
): number => {
  const last = Math.max(0, total - shown);
  const to =
    by === null
      ? top
      : {
          up: top - 1,
          down: top + 1,
          'page-up': top - page,
          'page-down': top + page,
          first: 0,
          last,
        }[by];
  return Math.max(0, Math.min(last, to));
};
