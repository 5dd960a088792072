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
  private readonly byArn: ReadonlyMap<string, LocalQueue>;

  /**
   * @param settings with every dead-letter queue
   * @param folder gets a folder for each queue with messages
   * @throws LocalEnvironmentError for a file that is not a message
   */
  constructor(
    settings: readonly QueueSettings[],
    folder: string,
    clock: Clock,
    private readonly onDeadLetter: (letter: DeadLetter) => void,
  ) {
    this.byArn = new Map(
      settings.map((each) => {
        const { name, arn, redrive } = each;
        const files = new MessageFiles(join(folder, name));
        return [
          arn,
          new LocalQueue(each, files, clock, (message) => {
            const deadLetters = this.find(redrive?.deadLetterArn);
            if (!deadLetters) throw new Error(`there is no dead-letter queue for ${name}`);
            deadLetters.accept(message);
            const { messageId, receiveCount } = message;
            this.onDeadLetter({
              ...{ messageId, receiveCount, queueName: name },
              deadLetterQueueName: deadLetters.settings.name,
            });
          }),
        ];
      }),
    );
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
}
