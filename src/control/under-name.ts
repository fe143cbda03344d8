/**
 * A control for somebody who is known by a token: whatever name he gives himself, the token's is on
 * record. He is not told of that, for he knows what he has armed by the name that he gave.
 */
import type { Command, ProxyControl, Snapshot } from '../contract.ts';

/** The name of an actor, of what he calls himself; null: nothing. */
export type Naming = (said: string | null) => string;

const actorOf = (command: Command): string | null =>
  'actor' in command ? (command.actor ?? null) : null;

const withActor = (command: Command, actor: string): Command =>
  'actor' in command || command.do === 'stop' ? { ...command, actor } : command;

/** The control, for one whose actions are recorded under the name that `naming` gives. */
export const underName = (control: ProxyControl, naming: Naming): ProxyControl => {
  // A console has one name for as long as it is attached.
  let own: { readonly said: string; readonly name: string } | null = null;
  const recognized = (snapshot: Snapshot): Snapshot => {
    const { armed } = snapshot;
    if (armed === undefined || own === null) return snapshot;
    const { said, name } = own;
    const first = armed.first.map((each) =>
      each.actor === name ? { ...each, actor: said } : each,
    );
    return { ...snapshot, armed: { ...armed, first } };
  };
  return {
    ...control,
    watch: (view, onSnapshot) =>
      control.watch(view, (snapshot) => onSnapshot(recognized(snapshot))),
    command: (command) => {
      const said = actorOf(command);
      const name = naming(said);
      if (said !== null) own = { said, name };
      return control.command(withActor(command, name));
    },
  };
};
