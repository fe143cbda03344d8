/** Who acts, in events and on the consoles of others. */

/** Of whom an actor's name is made. */
export type Actor = {
  readonly user: string;
  readonly host: string;
  /** Tells two consoles of one user apart. */
  readonly pid?: number;
};

/** Most characters of one part: the feed has little room. */
const MOST = 24;

const part = (text: string): string => text.replaceAll(/[^\w.-]+/g, '-').slice(0, MOST) || '-';

/** `ann@ops1`, or `ann@ops1:4711`. */
export const actorName = ({ user, host, pid }: Actor): string =>
  `${part(user)}@${part(host.split('.')[0] ?? '')}${pid === undefined ? '' : `:${pid}`}`;
