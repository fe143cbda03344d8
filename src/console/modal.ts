/** What can be open over the lists; each has its keys in the keymap. */
import type { CapPreview, FeedEntry, SessionId, ViewerId, ViewerRow } from '../contract.ts';
import type { AppliedFilter } from './filter-text.ts';
import type { Prompt } from './prompt.ts';

/** The dialog of the cap. */
export type CapDialog = {
  readonly mode: 'cap';
  /** The session selected when it was opened; it alone, or all. */
  readonly session: SessionId | null;
  readonly alone: boolean;
  readonly digits: string;
  /** False until something was typed: the first digit replaces what stands there. */
  readonly typed: boolean;
  /** Number of the newest question for a preview; older answers are dropped. */
  readonly asked: number;
  readonly askedAt: number;
  readonly preview: CapPreview | null;
  /** Why there is no preview, or why the number cannot be applied. */
  readonly reason: string | null;
};

/** The help; with a search, only the lines that have it. */
export type HelpPage = {
  readonly mode: 'help';
  readonly top: number;
  /** Null: nobody searches. */
  readonly search: Prompt | null;
  /** The search takes keys; afterwards they move through what it found. */
  readonly typing: boolean;
};

/** The line in which a filter is typed; it holds while it is typed. */
export type FilterPrompt = {
  readonly mode: 'filter';
  readonly prompt: Prompt;
  /** What held before, for `esc`. */
  readonly before: AppliedFilter;
};

/** The line in which a command is typed, with what it may become. */
export type Palette = {
  readonly mode: 'palette';
  readonly prompt: Prompt;
  /** The word of the chosen suggestion, wherever the list has it; null while none is chosen. */
  readonly chosen: string | null;
  /** Why the line cannot be carried out. */
  readonly reason: string | null;
  /** The line as it was when a word in it was completed last; null: all of it was typed. */
  readonly filled: Prompt | null;
};

/** One viewer of a question, as it was when that was asked. */
export type Frozen = {
  readonly id: ViewerId;
  /** Null where no picture had it yet. */
  readonly row: ViewerRow | null;
};

/** The dialog that evicts several viewers: those of the moment in which it was opened. */
export type BulkDialog = {
  readonly mode: 'bulk';
  /** Whose stuck viewers; null: the marked ones, of whatever session. */
  readonly session: SessionId | null;
  /** Null until the proxy has said who they are. */
  readonly viewers: readonly Frozen[] | null;
  /** Why there is nobody to ask about. */
  readonly trouble: string | null;
  /** There are more than one answer of the proxy holds. */
  readonly more: boolean;
  /** Pictures to come that may not follow them yet; until then a missing one is not gone. */
  readonly unsure: number;
  readonly top: number;
  /** Why, for the viewers and the events. */
  readonly reason: Prompt;
  /** Keys go into the reason. */
  readonly typing: boolean;
};

/** The question whether to evict, where the operator wants to be asked. */
export type ConfirmDialog = {
  readonly mode: 'confirm';
  readonly viewers: readonly Frozen[];
  /** Why, for the viewers and the events. */
  readonly reason: string | null;
  /** Pictures to come that may not follow them yet; until then a missing one is not gone. */
  readonly unsure: number;
};

/** The question whether to drain. */
export type DrainDialog = { readonly mode: 'drain'; readonly windowMs: number };

/** The question whether to stop a proxy that runs elsewhere. */
export type StopDialog = {
  readonly mode: 'stop';
  /** It was asked for in the question whether to quit: the console ends with the proxy. */
  readonly thenQuit: boolean;
};

/** The question whether to quit; ctrl-c once more, soon after `interruptedAt`, is a yes. */
export type QuitDialog = {
  /** `detach`: the proxy runs elsewhere, and goes on unless it is stopped. */
  readonly mode: 'quit' | 'detach';
  /** Null: it was not ctrl-c that asked. */
  readonly interruptedAt: number | null;
};

/** All that is known of one viewer. */
export type DetailPage = { readonly mode: 'detail'; readonly viewer: ViewerId };

/** One line of the feed with all that belongs to it. */
export type EntryPage = {
  readonly mode: 'entry';
  readonly entry: FeedEntry;
  readonly top: number;
  /** Number of the picture in which it was opened. */
  readonly since: number;
};

/** What is open over the lists. */
export type Modal =
  | { readonly mode: 'main' }
  | QuitDialog
  | DrainDialog
  | StopDialog
  | CapDialog
  | HelpPage
  | FilterPrompt
  | Palette
  | BulkDialog
  | ConfirmDialog
  | DetailPage
  | EntryPage;

/** Whether keys are characters of a line there, so that `u` is one too. */
export const isTyping = (modal: Modal): boolean =>
  modal.mode === 'filter' ||
  modal.mode === 'palette' ||
  (modal.mode === 'bulk' && modal.typing) ||
  (modal.mode === 'help' && modal.typing);
