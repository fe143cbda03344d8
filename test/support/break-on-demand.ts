/**
 * Preloaded into the program (`NODE_OPTIONS=--import=…`), in all its threads: breaks a part of
 * it when a folder of that name appears where `WSBOUNCER_TEST_BREAK` says. `handler` and what
 * begins so: an error in the main thread that nobody catches. `relay…`: the same in the relay's
 * thread. `drawing`: whatever draws the screen throws from then on.
 */
import { watch } from 'node:fs';
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const folder = process.env['WSBOUNCER_TEST_BREAK'];
const screen = '/dist/components/Screen.js';
let drawingIsBroken = false;

if (folder !== undefined) {
  watch(folder, { persistent: false }, (_event, name) => {
    if (isMainThread && name === 'drawing') drawingIsBroken = true;
    if (isMainThread && name?.startsWith('handler')) {
      throw new TypeError(`a bug in a ${name}\nand where`);
    }
    if (!isMainThread && name?.startsWith('relay')) throw new TypeError('a bug of the relay');
  });
  Reflect.set(globalThis, 'throwIfBroken', () => {
    if (drawingIsBroken) throw new RangeError('a bug in drawing');
  });
  registerHooks({
    load: (url, context, next) =>
      url.endsWith(screen)
        ? {
            format: 'module',
            shortCircuit: true,
            source: `
              import { Screen as Real } from ${JSON.stringify(`${url}?real`)};
              export const Screen = (props) => { throwIfBroken(); return Real(props); };`,
          }
        : next(url, context),
  });
}
