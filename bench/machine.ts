/** What the figures were measured on. */
import { cpus, totalmem } from 'node:os';

/** The processor, the memory, the system and Node; never a name. */
export const machineName = (cores: number): string => {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const gib = Math.round(totalmem() / 1024 ** 3);
  return `${model}, ${cores} cores, ${gib} GiB, Linux, Node ${process.version}`;
};
