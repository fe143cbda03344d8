/**
 * Preloaded into the program (`NODE_OPTIONS=--import=…`): says on stderr which mode React's
 * renderer finds when it is loaded.
 */
import { registerHooks } from 'node:module';

registerHooks({
  load: (url, context, next) => {
    if (url.endsWith('/react-reconciler/index.js')) {
      process.stderr.write(`drawn in ${process.env['NODE_ENV']} mode\n`);
    }
    return next(url, context);
  },
});
