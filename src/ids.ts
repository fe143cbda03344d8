/** What sessions and viewers are called. Strings that cannot be mistaken for one another. */

declare const brand: unique symbol;

/** The id of a session as viewers write it in the path, decoded. */
export type SessionId = string & { readonly [brand]: 'session' };

/** `v1`, `v2`, …: counts up and is never used again while the process lives. */
export type ViewerId = string & { readonly [brand]: 'viewer' };
