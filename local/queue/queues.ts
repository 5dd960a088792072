import { join } from "node:path";
import { type Clock } from "../clock";
import { LocalQueue, type QueueSettings } from "./local-queue";
import { MessageFiles } from "./message-files";

/** A message that was received too often, and is in the dead-letter queue now. */
export interface DeadLetter {
  readonly messageId: string;
  readonly receiveCount: number;
  readonly queueName: string;
  readonly deadLetterQueueName: string;
}

/** All queues of an environment. */
export class Queues {
  private byArn: ReadonlyMap<string, LocalQueue> = new Map();

  /** @param folder gets a folder for each queue with messages */
  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
    private readonly onDeadLetter: (letter: DeadLetter) => void,
  ) {}

  /**
   * Adds queues. Those that there are already keep their messages, also those that are being worked on.
   *
   * @param settings with every dead-letter queue
   * @returns removes all others, and lets the settings count
   * @throws LocalEnvironmentError for a file that is not a message
   */
  add(settings: readonly QueueSettings[]): () => void {
    const prepared = settings.map((each) => [each, this.find(each.arn) ?? this.load(each)] as const);
    this.byArn = new Map([...this.byArn, ...prepared.map(([{ arn }, queue]) => [arn, queue] as const)]);
    return () => {
      for (const [each, queue] of prepared) queue.settings = each;
      this.byArn = new Map(prepared.map(([{ arn }, queue]) => [arn, queue]));
    };
  }

  /** Every queue. */
  get all(): readonly LocalQueue[] {
    return [...this.byArn.values()];
  }

  /** A queue by its ARN. */
  find(arn: string | undefined): LocalQueue | undefined {
    return arn === undefined ? undefined : this.byArn.get(arn);
  }

  /** A queue by its name in AWS. */
  findByName(name: string): LocalQueue | undefined {
    return this.all.find(({ settings }) => settings.name === name);
  }

  private load(settings: QueueSettings): LocalQueue {
    const { name } = settings;
    const files = new MessageFiles(join(this.folder, name));
    const queue = new LocalQueue(settings, files, this.clock, (message) => {
      const deadLetters = this.find(queue.settings.redrive?.deadLetterArn);
      if (!deadLetters) throw new Error(`there is no dead-letter queue for ${name}`);
      deadLetters.accept(message);
      const { messageId, receiveCount } = message;
      this.onDeadLetter({
        ...{ messageId, receiveCount, queueName: name },
        deadLetterQueueName: deadLetters.settings.name,
      });
    });
    return queue;
  }
}
