/**
 * Files that the operator asks for. They hold addresses and names of viewers, so nobody else may
 * read them; and what is there is never written over.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';

const remedies: Readonly<Record<string, string>> = {
  EEXIST: 'there is such a file already; name another: export <file>',
  ENOENT: 'there is no such directory',
  ENOTDIR: 'there is no such directory',
  EISDIR: 'it is a directory',
  EACCES: 'no permission to write there; name another place: export <file>',
  EROFS: 'no permission to write there; name another place: export <file>',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
};

const readable = (error: unknown, path: string): Error => {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return new Error(`${path}: ${remedies[String(code)] ?? String(message)}`, { cause: error });
};

const create = async (path: string): Promise<FileHandle> => {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw readable(error, path);
  }
};

/**
 * Writes a new file, mode 0600, below `directory` unless its name says another place; resolves
 * with its whole path. Rejects with an error whose message says what to do; nothing is left then.
 */
export const saveFile = async (
  name: string,
  text: string,
  directory: string = process.cwd(),
): Promise<string> => {
  const path = resolve(directory, name);
  const file = await create(path);
  try {
    await file.writeFile(text);
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw readable(error, path);
  } finally {
    await file.close();
  }
};
