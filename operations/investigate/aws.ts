import { XRayClient } from "@aws-sdk/client-xray";
import { AwsReader } from "../aws/access";

/** What an investigation reads of AWS. */
export class InvestigationReader extends AwsReader {
  readonly xray = new XRayClient(this.settings);
}

/** Everything on the pages of an answer, of which the last ones are left out if there are too many. */
export async function collectItems<Page, Item>(
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
