import * as z from "zod";
import { toOneLine } from "../../performance/foreign-text";
import { parseJson } from "../../environments/parse-json";
import { OperationFailure } from "../cli/operation-failure";

/** A request without an answer by then never gets one. */
const TIMEOUT_MS = 30_000;

/** Maximum page size of the API: https://developer.hashicorp.com/terraform/cloud-docs/api-docs#pagination */
const PAGE_SIZE = 100;

const problem = z.object({
  errors: z.array(z.object({ title: z.string().optional(), detail: z.string().optional() })),
});

const page = z.object({
  data: z.array(z.unknown()),
  meta: z.object({ pagination: z.object({ "next-page": z.number().nullish() }).optional() }).optional(),
});

/** A request, and how to describe it in messages. */
export interface HcpRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** Path below `/api/v2`, with a leading slash, encoded. */
  readonly path: string;
  /** The subject of the request, as in "workspace acme/shop". */
  readonly about: string;
  /** The resource to send, in JSON:API format. */
  readonly data?: object;
}

/** HCP Terraform's REST API: https://developer.hashicorp.com/terraform/cloud-docs/api-docs */
export class HcpApi {
  constructor(
    private readonly host: string,
    private readonly token: string,
  ) {}

  /**
   * Sends one request.
   *
   * @param shape the shape of the answer's `data`
   * @returns undefined if a GET finds nothing
   * @throws OperationFailure on every other answer, with a one-line message
   */
  async send<T>(request: HcpRequest, shape: z.ZodType<T>): Promise<T | undefined> {
    const body = await this.exchange(request);
    return body === undefined ? undefined : this.parsed(z.object({ data: shape }), body, request).data;
  }

  /** Every element of a list, from all its pages; undefined if there is no such list. */
  async list<T>({ path, about }: Pick<HcpRequest, "path" | "about">, shape: z.ZodType<T>): Promise<T[] | undefined> {
    const all: T[] = [];
    let next: number | null | undefined = 1;
    while (next) {
      const separator = path.includes("?") ? "&" : "?";
      const paged = `${path}${separator}page%5Bsize%5D=${PAGE_SIZE}&page%5Bnumber%5D=${next}`;
      const request: HcpRequest = { method: "GET", path: paged, about };
      const body = await this.exchange(request);
      if (body === undefined) return undefined;
      const { data, meta } = this.parsed(page, body, request);
      all.push(...this.parsed(z.array(shape), data, request));
      next = meta?.pagination?.["next-page"];
    }
    return all;
  }

  private async exchange(request: HcpRequest): Promise<unknown> {
    const { method, path, data, about } = request;
    let status: number;
    let text: string;
    try {
      const response = await fetch(`https://${this.host}/api/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${this.token}`, "content-type": "application/vnd.api+json" },
        ...(data && { body: JSON.stringify({ data }) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      ({ status } = response);
      text = await response.text();
    } catch (error) {
      throw new OperationFailure(`${this.host} cannot be reached: ${describeReason(error)}`);
    }
    if (status === 404 && method === "GET") return undefined;
    if (status >= 200 && status < 300) return parseJson(text) ?? null;
    throw new OperationFailure(this.complaint(status, readDetail(text), about));
  }

  private complaint(status: number, detail: string, about: string): string {
    const told = detail === "" ? "" : `: ${detail}`;
    switch (status) {
      case 401:
        return `${this.host} does not accept the token: run terraform login again`;
      case 403:
      case 404:
        // The API does not distinguish the two.
        return `${about}: it does not exist, or the token cannot change it${told}`;
      case 422:
        return `${about}: ${this.host} refuses it${told}`;
      case 429:
        return `${this.host} has had too many requests: try again in a minute`;
      default:
        return `${about}: ${this.host} answered with status ${status}${told}`;
    }
  }

  private parsed<T>(shape: z.ZodType<T>, body: unknown, { about }: HcpRequest): T {
    const result = shape.safeParse(body);
    if (result.success) return result.data;
    throw new OperationFailure(`${about}: ${this.host} did not answer like HCP Terraform's API`);
  }
}

/** The API's error message; nothing if something else, for example a proxy, answered. */
function readDetail(text: string): string {
  const { data } = problem.safeParse(parseJson(text));
  const details = data?.errors.flatMap(({ detail, title }) => detail ?? title ?? []) ?? [];
  return toOneLine(details.join("; "));
}

/** The error of fetch only says that it failed; its cause says why. */
function describeReason(error: unknown): string {
  const { name, message = String(error), cause } = error as Partial<Error>;
  if (name === "TimeoutError") return `no answer in ${TIMEOUT_MS / 1000} seconds`;
  const { message: why, code } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return toOneLine(why || code || message);
}
