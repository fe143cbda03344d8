/** What `import … from 'wsbouncer/console'` gives: the console of a proxy in this program. */
export { showConsole } from './library/console.ts';
export type { ConsoleOptions, ShownConsole } from './library/console.ts';
