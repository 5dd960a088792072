import { afterEach, beforeEach, jest } from "@jest/globals";
import { Clock } from "../../../local/clock";
import { type LocalQueue, type QueueSettings } from "../../../local/queue/local-queue";
import { type DeadLetter, Queues } from "../../../local/queue/queues";
import { makeTemporaryFolder } from "../../support/project";

/** When a virtual clock begins. */
export const START = Date.parse("2026-01-01T00:00:00Z");

/** The ARN of a queue. */
export function arnOf(name: string): string {
  return `arn:aws:sqs:eu-west-1:000000000000:${name}`;
}

/** All tests of a file run on a virtual clock. */
export function useVirtualClock(): void {
  beforeEach(() => {
    jest.useFakeTimers({ now: START });
  });
  afterEach(() => {
    jest.useRealTimers();
  });
}

/** Lets a time pass, and what is due then happen. */
export async function passSeconds(seconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(seconds * 1000);
}

/** A queue with a dead-letter queue, where a message is hidden for 60 seconds and tried twice. */
export class QueueFixture {
  readonly letters: DeadLetter[] = [];
  readonly clock = new Clock(1);
  readonly queues: Queues;
  readonly queue: LocalQueue;
  readonly deadLetters: LocalQueue;

  constructor(
    readonly folder = makeTemporaryFolder(),
    settings: Partial<QueueSettings> = {},
  ) {
    const { name = "orders" } = settings;
    const common = { visibilityMilliseconds: 60_000, retentionMilliseconds: 345_600_000, deduplicatesByContent: false };
    const deadLetters = name.replace(/(\.fifo)?$/, "-dead-letters$1");
    const redrive = { deadLetterArn: arnOf(deadLetters), maximumReceives: 2 };
    this.queues = new Queues(folder, this.clock, (letter) => this.letters.push(letter));
    this.queues.add([
      { name, arn: arnOf(name), ...common, redrive, ...settings },
      { name: deadLetters, arn: arnOf(deadLetters), ...common },
    ])();
    this.queue = find(this.queues, name);
    this.deadLetters = find(this.queues, deadLetters);
  }

  /** The bodies that are received now. */
  receive(most = 10): string[] {
    return this.queue.receive(most, Infinity).map(({ body }) => body);
  }
}

function find(queues: Queues, name: string): LocalQueue {
  const found = queues.findByName(name);
  if (!found) throw new Error(`no queue ${name}`);
  return found;
}
