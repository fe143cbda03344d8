/** Files that are published beside the program: found from the source as from the build. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

const root = new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url);

/** The description of the control socket, as JSON. */
export const openApiText = (): Promise<string> =>
  readFile(new URL('docs/openapi.json', root), 'utf8');

/** The version of the program. */
export const programVersion = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    readonly version: string;
  };
  return version;
};
