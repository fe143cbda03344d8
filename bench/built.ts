/** What a program of a benchmark has of wsbouncer comes from the build, as everybody has it. */

/** The module of that path in the build: `proxy/proxy.js`. */
export const built = async <Module>(path: string): Promise<Module> =>
  (await import(new URL(`../dist/src/${path}`, import.meta.url).href)) as Module;
