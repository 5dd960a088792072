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

/** Maximum number of notes in one execution environment. */
export const MAX_NOTES = 1000;

/**
 * Notes in memory. Each execution environment has its own notes, and they are lost with it: a request to another one
 * does not find them. That is enough to show and measure an API; persistent data belongs in a database.
 */
export class Notes {
  private readonly kept = new Map<string, Note>();

  /** Undefined if there is no room for another one. */
  create(draft: Draft): Note | undefined {
    if (this.kept.size >= MAX_NOTES) return undefined;
    const note = { id: crypto.randomUUID(), ...draft, createdAt: new Date().toISOString() };
    this.kept.set(note.id, note);
    return note;
  }

  /** The newest ones, newest first. */
  list(limit: number): Note[] {
    return [...this.kept.values()].slice(-limit).reverse();
  }

  /** Undefined if there is no such note. */
  get(id: string): Note | undefined {
    return this.kept.get(id);
  }

  /** The updated note, or undefined if there is no such note. */
  replace(id: string, draft: Draft): Note | undefined {
    const note = this.kept.get(id);
    if (!note) return undefined;
    const replaced = { ...note, ...draft };
    this.kept.set(id, replaced);
    return replaced;
  }

  /** False if there is no such note. */
  delete(id: string): boolean {
    return this.kept.delete(id);
  }
}
