import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { XRayClient } from "@aws-sdk/client-xray";
import { answerOf, MAX_ATTEMPTS } from "../aws/failure";

/** AWS in an environment's region, only ever read. */
export class Aws {
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly lambda: LambdaClient;
  readonly xray: XRayClient;

  constructor(
    readonly region: string,
    readonly signal: AbortSignal,
  ) {
    const settings = { region, maxAttempts: MAX_ATTEMPTS };
    this.cloudWatch = new CloudWatchClient(settings);
    this.logs = new CloudWatchLogsClient(settings);
    this.lambda = new LambdaClient(settings);
    this.xray = new XRayClient(settings);
  }

  /**
   * Asks for something.
   *
   * @param action what has to be allowed, as IAM names it
   * @param notFound the sentence for a thing that is not there
   * @param call is handed what ends it with Ctrl-C
   * @throws AwsFailure
   */
  ask<T>(
    action: string,
    notFound: string,
    call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return answerOf(call({ abortSignal: this.signal }), { region: this.region, action, notFound });
  }
}

/** Everything on the pages of an answer, of which the last ones are left out if there are too many. */
export async function itemsOf<Page, Item>(
  pages: AsyncIterable<Page>,
  of: (page: Page) => readonly Item[] | undefined,
  mostPages = Infinity,
): Promise<Item[]> {
  const items: Item[] = [];
  let read = 0;
  for await (const page of pages) {
    items.push(...(of(page) ?? []));
    if (++read >= mostPages) break;
  }
  return items;
}
