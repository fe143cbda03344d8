/** What draws, which is heavy, and so is loaded only to be used. */
import type { showConsole } from '../../components/show-console.tsx';

/** The part of it that is needed. */
export type Drawing = { readonly showConsole: typeof showConsole };

/** Loads it; to be called before anything else has loaded it. */
export const loadDrawing = (): Promise<Drawing> => {
  // What is coloured is decided by the console. The library that draws would look for
  // `--no-color` and for `TERM` itself, and leave out inverse too: nobody would see the cursor.
  process.env['FORCE_COLOR'] = '1';
  return import('../../components/show-console.tsx');
};
