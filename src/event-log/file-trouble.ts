/** What a file system says, in words that name the remedy. */

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the disk is read-only',
  ENOENT: 'there is no such directory',
  ENOTDIR: 'there is no such directory',
  EISDIR: 'it is a directory',
  ENXIO: 'it is a pipe that nobody reads',
  EPIPE: 'it is a pipe that nobody reads any more',
  EAGAIN: 'it is a pipe whose reader takes nothing',
  EIO: 'the disk fails',
  EMFILE: 'no descriptor is left; raise ulimit -n',
  ENFILE: 'no descriptor is left in the whole machine',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead nowhere',
};

/** The code of a system error; null where it is none. */
export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

/** `the disk is full (ENOSPC)`; one line, without a path. */
export const troubleText = (error: unknown): string => {
  const code = codeOf(error);
  if (code === null) return String(error).split('\n', 1)[0] ?? '';
  const known = words[code];
  return known === undefined ? code : `${known} (${code})`;
};
