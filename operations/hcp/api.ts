import * as z from "zod";
import { toOneLine } from "../one-line";
import { OperationFailure } from "../cli/operation-failure";

/** A request that has no answer by then never gets one. */
const TIMEOUT_MS = 30_000;

/** The most that the API hands out at once: https://developer.hashicorp.com/terraform/cloud-docs/api-docs#pagination */
const PAGE_SIZE = 100;

const problem = z.object({
  errors: z.array(z.object({ title: z.string().optional(), detail: z.string().optional() })),
});

const page = z.object({
  data: z.array(z.unknown()),
  meta: z.object({ pagination: z.object({ "next-page": z.number().nullish() }).optional() }).optional(),
});

/** What is asked for, and how to tell of it. */
export interface HcpRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below `/api/v2`, with a slash before it, encoded. */
  readonly path: string;
  /** What the request is about, as in "workspace acme/shop". */
  readonly about: string;
  /** The resource to be sent, as JSON:API has it. */
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
   * @param shape of the answer's `data`
   * @returns undefined if a GET finds nothing
   * @throws OperationFailure on every other answer than the one hoped for, with one line
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
    if (status >= 200 && status < 300) return parseJson(text);
    throw new OperationFailure(this.complaint(status, readDetail(text), about));
  }

  private complaint(status: number, detail: string, about: string): string {
    const told = detail === "" ? "" : `: ${detail}`;
    switch (status) {
      case 401:
        return `${this.host} does not accept the token: run terraform login again`;
      case 403:
      case 404:
        // The API tells neither from the other.
        return `${about}: it is not there, or the token may not change it${told}`;
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
    throw new OperationFailure(`${about}: ${this.host} answered with something else than HCP Terraform's API does`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No part of it has the expected shape, which is told with what was asked.
    return null;
  }
}

/** What the API says is wrong; nothing when somebody else, a proxy for instance, has answered. */
function readDetail(text: string): string {
  const { data } = problem.safeParse(parseJson(text));
  const details = data?.errors.flatMap(({ detail, title }) => detail ?? title ?? []) ?? [];
  return toOneLine(details.join("; "));
}

/** What fetch throws says only that it failed; its cause says why. */
function describeReason(error: unknown): string {
  const { name, message = String(error), cause } = error as Partial<Error>;
  if (name === "TimeoutError") return `no answer in ${TIMEOUT_MS / 1000} seconds`;
  const { message: why, code } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return toOneLine(why || code || message);
}
