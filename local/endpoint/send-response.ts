import { type ServerResponse } from "node:http";
import {
  buildEndpointResponse,
  type EndpointKind,
  type EndpointResponse,
  PRELUDE_END,
  PRELUDE_TYPE,
} from "./http-response";

/** Status codes of answers without a body: https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1 */
const WITHOUT_BODY = new Set([204, 304]);

/** Far more than status and headers have. */
const LONGEST_PRELUDE_BYTES = 1024 * 1024;

/** Sends a response that is complete. */
export function sendWhole(response: ServerResponse, answer: EndpointResponse): void {
  const { status, body } = answer;
  const hasBody = !WITHOUT_BODY.has(status);
  response.writeHead(status, { ...collectHeaders(answer), ...(hasBody && { "content-length": body.length }) });
  response.end(response.req.method === "HEAD" || !hasBody ? undefined : body);
}

/** Sends a response while a function writes it. */
export class StreamedAnswer {
  /** What has been sent first; undefined as long as nothing has been sent. */
  head: EndpointResponse | undefined;
  private prelude = Buffer.alloc(0);

  constructor(
    private readonly response: ServerResponse,
    private readonly kind: EndpointKind,
    private readonly finish: (answer: EndpointResponse) => EndpointResponse,
  ) {}

  /** Sends the next part, except that nothing is sent before status and headers are complete. */
  write(chunk: Buffer, contentType: string): void {
    if (this.head) {
      if (this.head.malformed === undefined) this.response.write(chunk);
      return;
    }
    this.prelude = Buffer.concat([this.prelude, chunk]);
    const mayContinue = this.prelude.length <= LONGEST_PRELUDE_BYTES;
    if (contentType === PRELUDE_TYPE && mayContinue && !this.prelude.includes(PRELUDE_END)) return;
    const streamed = { contentType, bytes: this.prelude };
    this.head = this.finish(buildEndpointResponse({ payload: "", streamed }, this.kind));
    this.response.writeHead(this.head.status, collectHeaders(this.head));
    this.response.flushHeaders();
    if (this.head.body.length > 0) this.response.write(this.head.body);
  }
}

function collectHeaders({ headers, cookies }: EndpointResponse): Record<string, string | string[]> {
  return { ...headers, ...(cookies.length > 0 && { "set-cookie": [...cookies] }) };
}
