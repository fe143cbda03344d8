/**
 * The caps that operators set while the proxy ran. A relay that has to be started again starts
 * with them: an operator who closed a session to newcomers would not look for it a second time.
 */
import type { Command, CommandResult, SessionId } from '../contract.ts';

/** Remembers what came of the commands that went to one proxy. */
export class KeptCaps {
  #cap: number;
  readonly #own = new Map<SessionId, number>();

  /** `cap` is the default cap at the start. */
  constructor(cap: number) {
    this.#cap = cap;
  }

  /** The default cap as it was set last. */
  get cap(): number {
    return this.#cap;
  }

  /** What sets the caps of single sessions again, in a proxy that has none. */
  get commands(): readonly Command[] {
    return [...this.#own].map(([session, cap]) => ({
      do: 'set-cap',
      cap,
      session,
      actor: 'restart',
    }));
  }

  /** A command was answered. */
  note(command: Command, result: CommandResult): void {
    if (!result.ok) return;
    if (command.do === 'lift-cap') this.#own.delete(command.session);
    if (command.do !== 'set-cap') return;
    if (command.session === undefined) this.#cap = command.cap;
    else this.#own.set(command.session, command.cap);
  }
}
