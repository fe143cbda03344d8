import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { saveFile } from '../../src/run/save-file.ts';
import { privateDirectory } from '../support/backend-server.ts';

describe('a file that the operator asks for', () => {
  test('is new, whole, and for its owner alone; its path is told in full', async () => {
    const directory = await privateDirectory();
    const path = await saveFile('picture.json', '{"viewers": ["gr\u00fcn"]}\n', directory);
    expect(path).toBe(join(directory, 'picture.json'));
    expect(await readFile(path, 'utf8')).toBe('{"viewers": ["gr\u00fcn"]}\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('may be put elsewhere', async () => {
    const directory = await privateDirectory();
    const path = join(directory, 'other.json');
    expect(await saveFile(path, 'x', '/nowhere')).toBe(path);
  });

  test('never takes the place of another', async () => {
    const directory = await privateDirectory();
    const path = join(directory, 'kept.json');
    await writeFile(path, 'mine');
    await expect(saveFile('kept.json', 'theirs', directory)).rejects.toThrow(
      `${path}: there is such a file already; name another: export <file>`,
    );
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  test('leaves nothing behind where it could not be written', async () => {
    const directory = await privateDirectory();
    const unwritable = {} as unknown as string;
    await expect(saveFile('half.json', unwritable, directory)).rejects.toThrow('half.json: ');
    expect(await readdir(directory)).toEqual([]);
  });

  test.each([
    ['no/such/place.json', 'there is no such directory'],
    [`${'n'.repeat(300)}.json`, 'the name is too long'],
    ['nul\0.json', 'null bytes'],
  ])('that cannot be %j is an error in words', async (name, words) => {
    await expect(saveFile(name, 'x', await privateDirectory())).rejects.toThrow(words);
  });
});
