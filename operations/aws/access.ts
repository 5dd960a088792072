import { AwsFailure, explainCall, MAX_ATTEMPTS } from "./failure";

/** What every client is made with. */
interface ClientSettings {
  readonly region: string;
  readonly maxAttempts: number;
}

/** What ends a call with Ctrl-C. */
export interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** Errors by which AWS says that a thing is not there. */
const MISSING = new Set([
  "AWS.SimpleQueueService.NonExistentQueue",
  "NoSuchEntityException",
  "NotFound",
  "NotFoundException",
  "QueueDoesNotExist",
  "ResourceNotFound",
  "ResourceNotFoundException",
  "DashboardNotFoundError",
]);

/** AWS in a region, with the credentials that every AWS tool here would use. */
export class AwsAccess {
  private readonly clients = new Map<unknown, { destroy(): void }>();

  /** @param signal ends every call when it is aborted */
  constructor(
    readonly region: string,
    readonly signal: AbortSignal = new AbortController().signal,
  ) {}

  /** The client of a service; there is one of each, made when it is first asked for. */
  client<Client extends { destroy(): void }>(Service: new (settings: ClientSettings) => Client): Client {
    const known = this.clients.get(Service);
    if (known) return known as Client;
    const made = new Service({ region: this.region, maxAttempts: MAX_ATTEMPTS });
    this.clients.set(Service, made);
    return made;
  }

  /**
   * Asks for something.
   *
   * @param action what has to be allowed, as IAM names it
   * @param notFound the sentence for a thing that is not there
   * @throws AwsFailure
   */
  async ask<T>(action: string, notFound: string, call: (options: CallOptions) => Promise<T>): Promise<T> {
    return expectFound(await this.find(action, call), notFound);
  }

  /** As {@link ask}; undefined where AWS says that there is no such thing. */
  async find<T>(action: string, call: (options: CallOptions) => Promise<T>): Promise<T | undefined> {
    try {
      return await call({ abortSignal: this.signal });
    } catch (error) {
      if (error instanceof Error && MISSING.has(error.name)) return undefined;
      throw explainCall(error, { region: this.region, action });
    }
  }

  /**
   * Asks for everything on the pages of an answer.
   *
   * @param notFound the sentence for a thing that is not there
   * @param mostPages those after them are left out
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

  /** As {@link askAll}; undefined where AWS says that there is no such thing. */
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
