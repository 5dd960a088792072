import { randomUUID } from "node:crypto";
import { type Clock } from "../clock";
import { hash } from "../hash";
import { type Message, type MessageFiles } from "./message-files";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html */
const DEDUPLICATION_MILLISECONDS = 5 * 60_000;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

/** A queue as AWS has it. */
export interface QueueSettings {
  readonly name: string;
  readonly arn: string;
  /** How long a message that was received and not removed stays hidden. */
  readonly visibilityMilliseconds: number;
  readonly retentionMilliseconds: number;
  /** Whether equal bodies are one message, in a FIFO queue. */
  readonly deduplicatesByContent: boolean;
  /** Where messages go that were received too often. */
  readonly redrive?: { readonly deadLetterArn: string; readonly maximumReceives: number };
}

/** Options of a message for a FIFO queue. */
export interface MessageOptions {
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** Thrown for a message that SQS would refuse. */
export class MessageError extends Error {}

/** Numbers of messages, by the names of SQS's attributes. */
export interface QueueCounts {
  readonly ApproximateNumberOfMessages: number;
  readonly ApproximateNumberOfMessagesNotVisible: number;
}

interface Held {
  message: Message;
  /** Whether somebody works on it. */
  isInFlight: boolean;
  hiddenUntil: number;
}

/**
 * A queue of SQS. Messages survive a restart, after which all of them are visible. A message stays hidden as long as
 * somebody works on it, because work takes its real time even if the clock is faster.
 */
export class LocalQueue {
  readonly isFifo: boolean;
  /** By message id, in order. */
  private readonly held = new Map<string, Held>();
  private readonly sent = new Map<string, { readonly at: number; readonly message: Message }>();
  private lastSequence = 0;
  private readonly watchers = new Set<() => void>();

  /**
   * @param moveToDeadLetters takes a message over, which is then gone here
   * @throws LocalEnvironmentError for a file that is not a message
   */
  constructor(
    public settings: QueueSettings,
    private readonly files: MessageFiles,
    private readonly clock: Clock,
    private readonly moveToDeadLetters: (message: Message) => void,
  ) {
    this.isFifo = settings.name.endsWith(".fifo");
    for (const message of files.load()) this.hold(message);
  }

  get counts(): QueueCounts {
    const visible = [...this.held.values()].filter((held) => this.isVisible(held)).length;
    return {
      ApproximateNumberOfMessages: visible,
      ApproximateNumberOfMessagesNotVisible: this.held.size - visible,
    };
  }

  /** How long the oldest message has been here, hidden or not; 0 without messages. */
  get oldestAgeSeconds(): number {
    const now = this.clock.now();
    return [...this.held.values()].reduce((age, { message }) => Math.max(age, (now - message.sentAt) / 1000), 0);
  }

  /**
   * Calls whenever there may be visible messages, and once now.
   *
   * @returns ends that
   */
  watch(onVisible: () => void): () => void {
    this.watchers.add(onVisible);
    onVisible();
    return () => this.watchers.delete(onVisible);
  }

  /**
   * Adds a message. A FIFO queue returns the earlier message instead if it was sent in the last five minutes.
   *
   * @throws MessageError for what SQS would refuse
   */
  send(body: string, options: MessageOptions = {}): Message {
    const { groupId, deduplicationId = this.settings.deduplicatesByContent ? hash("sha256", body) : undefined } =
      options;
    if (body === "") throw new MessageError("a message needs a body");
    if (!this.isFifo && (options.groupId ?? options.deduplicationId) !== undefined) {
      throw new MessageError("only a FIFO queue takes MessageGroupId and MessageDeduplicationId");
    }
    if (this.isFifo && groupId === undefined) throw new MessageError("a FIFO queue needs a MessageGroupId");
    if (this.isFifo && deduplicationId === undefined) {
      throw new MessageError("this FIFO queue needs a MessageDeduplicationId");
    }
    const now = Math.round(this.clock.now());
    const earlier = this.findDuplicate(deduplicationId, now);
    if (earlier) return earlier;
    const message: Message = {
      messageId: randomUUID(),
      body,
      sentAt: now,
      sequence: this.lastSequence + 1,
      receiveCount: 0,
      ...(this.isFifo && { groupId, deduplicationId }),
    };
    this.add(message);
    if (this.isFifo && deduplicationId !== undefined) this.sent.set(deduplicationId, { at: now, message });
    return message;
  }

  /** Takes a message from another queue. */
  accept(message: Message): void {
    this.add({ ...message, sequence: this.lastSequence + 1, receiveCount: 0, firstReceivedAt: undefined });
  }

  /**
   * Takes visible messages, oldest first. In a FIFO queue, a group waits as long as one of its messages is hidden.
   * Messages that were received too often are moved to the dead-letter queue first.
   *
   * @param most at most so many messages
   * @param mostBytes of their bodies
   */
  receive(most: number, mostBytes: number): Message[] {
    const now = Math.round(this.clock.now());
    const received: Message[] = [];
    const waitingGroups = new Set<string>();
    let bytes = 0;
    for (const held of this.held.values()) {
      const { message } = held;
      const { groupId } = message;
      if (received.length === most) break;
      if (this.isExpired(held)) {
        this.remove(message);
        continue;
      }
      if (groupId !== undefined && waitingGroups.has(groupId)) continue;
      if (!this.isVisible(held)) {
        if (groupId !== undefined) waitingGroups.add(groupId);
        continue;
      }
      if (this.settings.redrive && message.receiveCount >= this.settings.redrive.maximumReceives) {
        this.moveToDeadLetters({ ...message, deadLetterSourceArn: this.settings.arn });
        this.remove(message);
        continue;
      }
      bytes += Buffer.byteLength(message.body);
      if (bytes > mostBytes) break;
      received.push(this.markReceived(held, now));
    }
    return received;
  }

  /** A message was handled. */
  remove({ messageId }: Message): void {
    const held = this.held.get(messageId);
    if (!held) return;
    this.files.remove(held.message);
    this.held.delete(messageId);
  }

  /** A message was not handled: it is visible again when its time is over. */
  release({ messageId }: Message): void {
    const held = this.held.get(messageId);
    if (!held) return;
    held.isInFlight = false;
    this.clock.after(Math.max(0, held.hiddenUntil - this.clock.now()), () => {
      this.announce();
    });
  }

  private markReceived(held: Held, now: number): Message {
    const { message } = held;
    held.message = {
      ...message,
      receiveCount: message.receiveCount + 1,
      firstReceivedAt: message.firstReceivedAt ?? now,
    };
    held.isInFlight = true;
    held.hiddenUntil = now + this.settings.visibilityMilliseconds;
    this.files.save(held.message);
    return held.message;
  }

  private findDuplicate(deduplicationId: string | undefined, now: number): Message | undefined {
    for (const [id, { at }] of this.sent) if (now - at >= DEDUPLICATION_MILLISECONDS) this.sent.delete(id);
    return deduplicationId === undefined ? undefined : this.sent.get(deduplicationId)?.message;
  }

  private add(message: Message): void {
    this.files.save(message);
    this.hold(message);
    this.announce();
  }

  private announce(): void {
    for (const onVisible of this.watchers) onVisible();
  }

  private hold(message: Message): void {
    this.lastSequence = Math.max(this.lastSequence, message.sequence);
    this.held.set(message.messageId, { message, isInFlight: false, hiddenUntil: 0 });
  }

  private isVisible({ isInFlight, hiddenUntil }: Held): boolean {
    return !isInFlight && hiddenUntil <= this.clock.now();
  }

  private isExpired({ message, isInFlight }: Held): boolean {
    return !isInFlight && this.clock.now() - message.sentAt >= this.settings.retentionMilliseconds;
  }
}
