import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { isSystemError } from "../../environments/text-file";
import { LocalEnvironmentError } from "../problem";

const messageShape = z.object({
  messageId: z.string(),
  body: z.string(),
  /** Milliseconds since 1970. */
  sentAt: z.number(),
  /** Orders the messages of a queue. */
  sequence: z.number(),
  receiveCount: z.number(),
  firstReceivedAt: z.number().optional(),
  groupId: z.string().optional(),
  deduplicationId: z.string().optional(),
  /** The queue that it was moved from. */
  deadLetterSourceArn: z.string().optional(),
});

/** A message of a queue. */
export type Message = Readonly<z.output<typeof messageShape>>;

/** A queue's messages on disk, each in a file of its own that people can read. */
export class MessageFiles {
  /** @param folder is made when the first message is written */
  constructor(private readonly folder: string) {}

  /**
   * All messages, in their order.
   *
   * @throws LocalEnvironmentError for a file that is not a message
   */
  load(): Message[] {
    return this.list()
      .map((name) => this.read(join(this.folder, name)))
      .sort((one, other) => one.sequence - other.sequence);
  }

  /** Writes a message, or its new state. */
  save(message: Message): void {
    const file = this.locate(message);
    mkdirSync(this.folder, { recursive: true });
    // A message is there as a whole or not at all.
    writeFileSync(`${file}.new`, `${JSON.stringify(message, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
  }

  /** Removes a message. */
  remove(message: Message): void {
    rmSync(this.locate(message), { force: true });
  }

  private list(): string[] {
    try {
      return readdirSync(this.folder).filter((name) => name.endsWith(".json"));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  private read(file: string): Message {
    try {
      return messageShape.parse(JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
      if (isSystemError(error)) throw error;
      throw new LocalEnvironmentError(`${file} is not a message of a queue: remove it`);
    }
  }

  private locate({ messageId }: Message): string {
    return join(this.folder, `${messageId}.json`);
  }
}
