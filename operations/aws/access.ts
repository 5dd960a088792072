import { AwsFailure, explainCall, MAX_ATTEMPTS } from "./failure";

/** Options of every client. */
interface ClientSettings {
  readonly region: string;
  readonly maxAttempts: number;
}

/** Options that end a call on Ctrl-C. */
export interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** A request of the SDK. */
interface Command {
  resolveMiddleware(...args: never[]): (args: never) => Promise<{ readonly output: unknown }>;
}

/** What AWS answers to a command. */
type Answer<Sent extends Command> = Awaited<ReturnType<ReturnType<Sent["resolveMiddleware"]>>>["output"];

/** A client of the SDK that sends such commands. */
interface Client<Sent> {
  send(command: Sent, options: CallOptions): Promise<unknown>;
  destroy(): void;
}

/** AWS's errors for something that does not exist. */
const MISSING = new Set([
  "AWS.SimpleQueueService.NonExistentQueue",
  "NoSuchBucket",
  "NoSuchEntityException",
  "NoSuchKey",
  "NoSuchPublicAccessBlockConfiguration",
  "NotFound",
  "NotFoundException",
  "QueueDoesNotExist",
  "ResourceNotFound",
  "ResourceNotFoundException",
  "DashboardNotFoundError",
  "ServerSideEncryptionConfigurationNotFoundError",
]);

/** AWS in a region, with the credentials that every AWS tool here would use. */
export class AwsAccess {
  private readonly clients = new Map<unknown, { destroy(): void }>();

  /** @param signal ends every call if it is aborted */
  constructor(
    readonly region: string,
    readonly signal: AbortSignal = new AbortController().signal,
  ) {}

  /** The client of a service; there is one of each, created when first needed. */
  client<Client extends { destroy(): void }>(Service: new (settings: ClientSettings) => Client): Client {
    const known = this.clients.get(Service);
    if (known) return known as Client;
    const made = new Service({ region: this.region, maxAttempts: MAX_ATTEMPTS });
    this.clients.set(Service, made);
    return made;
  }

  /**
   * Calls AWS.
   *
   * @param action the required IAM action
   * @returns undefined if AWS reports that something does not exist
   * @throws AwsFailure
   */
  async find<T>(action: string, call: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    try {
      return await call({ abortSignal: this.signal });
    } catch (error) {
      if (error instanceof Error && MISSING.has(error.name)) return undefined;
      throw explainCall(error, { region: this.region, action });
    }
  }

  /** Like {@link find}, for one command. */
  send<Sent extends Command>(
    action: string,
    Service: new (settings: ClientSettings) => Client<NoInfer<Sent>>,
    command: Sent,
  ): Promise<Answer<Sent> | undefined> {
    return this.find(action, (options) => this.client(Service).send(command, options) as Promise<Answer<Sent>>);
  }

  /**
   * Like {@link send}.
   *
   * @param notFound the message if something does not exist
   */
  async ask<Sent extends Command>(
    notFound: string,
    ...sent: Parameters<typeof this.send<Sent>>
  ): Promise<Answer<Sent>> {
    return expectFound(await this.send(...sent), notFound);
  }

  /**
   * Requests everything on the pages of an answer.
   *
   * @param notFound the message if something does not exist
   * @param mostPages further pages are left out
   * @throws AwsFailure
   */
  async askAll<Page, Item>(
    action: string,
    notFound: string,
    pages: (options: CallOptions) => AsyncIterable<Page>,
    itemsOf: (page: Page) => readonly Item[] | undefined,
    mostPages?: number,
  ): Promise<Item[]> {
    return expectFound(await this.findAll(action, pages, itemsOf, mostPages), notFound);
  }

  /** Like {@link askAll}, but undefined if AWS reports that it does not exist. */
  findAll<Page, Item>(
    action: string,
    pages: (options: CallOptions) => AsyncIterable<Page>,
    itemsOf: (page: Page) => readonly Item[] | undefined,
    mostPages = Infinity,
  ): Promise<Item[] | undefined> {
    return this.find(action, async (options) => {
      const items: Item[] = [];
      let read = 0;
      for await (const page of pages(options)) {
        items.push(...(itemsOf(page) ?? []));
        if (++read >= mostPages) break;
      }
      return items;
    });
  }

  /** Ends all connections. */
  close(): void {
    for (const client of this.clients.values()) client.destroy();
  }
}

function expectFound<T>(found: T | undefined, notFound: string): T {
  if (found === undefined) throw new AwsFailure(notFound);
  return found;
}
