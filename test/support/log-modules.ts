/**
 * Preloaded into the program (`NODE_OPTIONS=--import=…`): writes down every module that it
 * loads, one URL on a line, into the file that `WSBOUNCER_TEST_MODULES` names.
 */
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const file = process.env['WSBOUNCER_TEST_MODULES'];

registerHooks({
  load: (url, context, next) => {
    if (file !== undefined) appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
