/** A character without a name or a modifier, as the drawing library reports it. */
import type { RawKey } from '../../src/console/raw-keys.ts';

/** What goes with the character. */
export const plainKey: RawKey = {
  leftArrow: false,
  rightArrow: false,
  upArrow: false,
  downArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  shift: false,
  backspace: false,
  delete: false,
  ctrl: false,
  meta: false,
};
