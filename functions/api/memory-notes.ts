import { type Draft, type Note, type Notes } from "./notes";

/** Maximum number of notes in one execution environment. */
export const MAX_NOTES = 1000;

/**
 * Notes in memory, for running the function without AWS. Each execution environment has its own notes, and they are
 * lost with it.
 */
export class MemoryNotes implements Notes {
  private readonly kept = new Map<string, Note>();

  async create(draft: Draft): Promise<Note | undefined> {
    if (this.kept.size >= MAX_NOTES) return undefined;
    const note = { id: crypto.randomUUID(), ...draft, createdAt: new Date().toISOString() };
    this.kept.set(note.id, note);
    return note;
  }

  async list(limit: number): Promise<readonly Note[]> {
    return [...this.kept.values()].slice(-limit).reverse();
  }

  async get(id: string): Promise<Note | undefined> {
    return this.kept.get(id);
  }

  async replace(id: string, draft: Draft): Promise<Note | undefined> {
    const note = this.kept.get(id);
    if (!note) return undefined;
    const replaced = { ...note, ...draft };
    this.kept.set(id, replaced);
    return replaced;
  }

  async delete(id: string): Promise<boolean> {
    return this.kept.delete(id);
  }
}
