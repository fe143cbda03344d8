/** The profiles that a run left in a folder, as a table. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { shown, tableOf } from '../markdown.ts';
import { type CpuProfile, selfTimesOf } from './profile.ts';

/** Functions in the table. */
const MOST = 25;

/** The dearest functions of all profiles in `folder`, as Markdown. */
export const profileTable = async (folder: string): Promise<string> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'));
  const profiles = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile),
  );
  const rows = selfTimesOf(profiles, MOST).map(({ name, where, ms, share }) => [
    name,
    where,
    shown(ms),
    `${shown(100 * share)} %`,
  ]);
  const head = ['function', 'file and line of the build', 'ms in itself', 'of the CPU'];
  return [`#### Profiles: ${files.length}`, '', ...tableOf([head, ...rows]), ''].join('\n');
};
