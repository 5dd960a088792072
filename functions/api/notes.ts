/** The part of a note that its author writes. */
export interface Draft {
  readonly title: string;
  readonly text: string;
}

/** A stored note. */
export interface Note extends Draft {
  readonly id: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** Where notes are kept. */
export interface Notes {
  /** Undefined if there is no room for another one. */
  create(draft: Draft): Promise<Note | undefined>;
  /** The newest ones, newest first. */
  list(limit: number): Promise<readonly Note[]>;
  /** Undefined if there is no such note. */
  get(id: string): Promise<Note | undefined>;
  /** The updated note, or undefined if there is no such note. */
  replace(id: string, draft: Draft): Promise<Note | undefined>;
  /** False if there is no such note. */
  delete(id: string): Promise<boolean>;
}
