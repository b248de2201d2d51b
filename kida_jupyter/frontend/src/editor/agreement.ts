// Keeps a text that is edited here in agreement with the same text on the other side, where it may change too.

import { ChangeSet } from "@codemirror/state";

import { changeSet } from "../changes";

export interface Agreement {
  /** The text was changed here, and is `mine` now. */
  changed(changes: ChangeSet, mine: string): void;
  /**
   * The other side has this text. Gives what is to be changed here, null for nothing; what was changed here and is not
   * there yet stays, on top.
   */
  received(theirs: string, mine: string): ChangeSet | null;
  /** Whether something was changed here that is not there yet. */
  isAhead(): boolean;
}

/** Parameters: `text`, the one that both sides start with. */
export function agreeOn(text: string): Agreement {
  let agreed = text;
  let unsent = ChangeSet.empty(text.length);
  return {
    changed: (changes, mine) => {
      // Typing over a bracket, say, leaves a text that the other side has already: nothing is sent, none comes back.
      unsent = mine === agreed ? ChangeSet.empty(mine.length) : unsent.compose(changes);
    },
    received: (theirs, mine) => {
      let changes: ChangeSet | null = null;
      if (theirs === mine) unsent = ChangeSet.empty(mine.length);
      else if (theirs !== agreed) {
        const remote = changeSet(agreed, theirs);
        changes = remote.map(unsent);
        unsent = unsent.map(remote, true);
      }
      agreed = theirs;
      return changes;
    },
    isAhead: () => !unsent.empty,
  };
}
