import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";

/** A resource as JSON:API has it. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  attributes: Record<string, unknown>;
  relationships?: Record<string, { data: { id: string; type?: string } | null }>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * A server with the part of HCP Terraform's API that concerns projects, workspaces and variables, as it is documented
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs): statuses, pages, JSON:API's errors, hidden sensitive
 * values.
 */
export class FakeHcp {
  readonly token = "secret-token";
  readonly organization = "acme";
  readonly projects: Resource[] = [];
  readonly workspaces: Resource[] = [];
  /** By a workspace's id. */
  readonly variables = new Map<string, Resource[]>();
  /** Every request but the reading ones, as in "PATCH /workspaces/ws-1". */
  readonly writes: string[] = [];
  /** Answers instead of the API, if it returns something. */
  override: (request: string) => Answer | string | undefined = () => undefined;
  /** The longest page that it hands out. */
  pageSize = 100;
  private server: Server | undefined;
  private made = 0;

  async start(): Promise<string> {
    const server = (this.server = createServer((request, response) => {
      void this.serve(request, response);
    }));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const { server } = this;
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }

  addProject(name: string): Resource {
    return this.add(this.projects, "projects", "prj", { name });
  }

  addWorkspace(attributes: Record<string, unknown>, projectId: string): Resource {
    const workspace = this.add(this.workspaces, "workspaces", "ws", attributes);
    workspace.relationships = { project: { data: { id: projectId } } };
    this.variables.set(workspace.id, []);
    return workspace;
  }

  addVariable(workspace: Resource, attributes: Record<string, unknown>): Resource {
    return this.add(this.variables.get(workspace.id) ?? [], "vars", "var", attributes);
  }

  private add(to: Resource[], type: string, prefix: string, attributes: Record<string, unknown>): Resource {
    this.made += 1;
    const resource: Resource = { id: `${prefix}-${this.made}`, type, attributes };
    to.push(resource);
    return resource;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://hcp");
    const method = request.method ?? "";
    const path = pathname.replace("/api/v2", "");
    if (method !== "GET") this.writes.push(`${method} ${path}`);
    const overridden = this.override(`${method} ${path}`);
    const answer =
      overridden ??
      (request.headers.authorization !== `Bearer ${this.token}`
        ? makeApiError(401, "unauthorized")
        : this.answer(method, path, searchParams, chunks.length > 0 ? parse(chunks) : undefined));
    if (typeof answer === "string") {
      response.writeHead(200, { "content-type": "text/html" }).end(answer);
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/vnd.api+json" }).end(JSON.stringify(answer.body));
  }

  private answer(method: string, path: string, query: URLSearchParams, sent: Partial<Resource> | undefined): Answer {
    const [, first = "", id = "", kind = "", name] = path.split("/").map(decodeURIComponent);
    if (first === "organizations") {
      if (id !== this.organization) return makeApiError(404, "not found");
      if (kind === "projects") return this.collection(method, this.projects, query, () => this.createProject(sent));
      if (name === undefined) return this.createWorkspace(sent);
      return one(this.workspaces.find(({ attributes }) => attributes["name"] === name));
    }
    const workspace = this.workspaces.find((other) => other.id === id);
    if (first !== "workspaces" || !workspace) return makeApiError(404, "not found");
    if (kind === "") return this.update(workspace, sent);
    const variables = this.variables.get(workspace.id) ?? [];
    const known = variables.find((variable) => variable.id === name);
    if (known) {
      this.update(known, sent);
      return { status: 200, body: { data: hidden(known) } };
    }
    return this.collection(method, variables.map(hidden), query, () => {
      const { key, category } = sent?.attributes ?? {};
      if (variables.some(({ attributes: other }) => other["key"] === key && other["category"] === category)) {
        return makeApiError(422, "Key has already been taken");
      }
      return { status: 201, body: { data: hidden(this.addVariable(workspace, sent?.attributes ?? {})) } };
    });
  }

  private collection(method: string, all: readonly Resource[], query: URLSearchParams, create: () => Answer): Answer {
    if (method === "POST") return create();
    const size = Math.min(Number(query.get("page[size]") ?? 20), this.pageSize);
    const number = Number(query.get("page[number]") ?? 1);
    const next = number * size < all.length ? number + 1 : null;
    return {
      status: 200,
      body: {
        data: all.slice((number - 1) * size, number * size),
        meta: { pagination: { "current-page": number, "next-page": next } },
      },
    };
  }

  private createProject(sent: Partial<Resource> | undefined): Answer {
    const name = String(sent?.attributes?.["name"]);
    if (this.projects.some(({ attributes }) => String(attributes["name"]).toLowerCase() === name.toLowerCase())) {
      return makeApiError(422, "Name has already been taken");
    }
    return { status: 201, body: { data: this.addProject(name) } };
  }

  private createWorkspace(sent: Partial<Resource> | undefined): Answer {
    const project = sent?.relationships?.["project"]?.data?.id ?? this.projects[0]?.id ?? "";
    return { status: 201, body: { data: this.addWorkspace({ ...sent?.attributes }, project) } };
  }

  private update(resource: Resource, sent: Partial<Resource> | undefined): Answer {
    resource.attributes = { ...resource.attributes, ...sent?.attributes };
    if (sent?.relationships) resource.relationships = sent.relationships;
    return { status: 200, body: { data: resource } };
  }
}

function parse(chunks: readonly Buffer[]): Partial<Resource> {
  return (JSON.parse(Buffer.concat(chunks).toString()) as { data: Partial<Resource> }).data;
}

function one(resource: Resource | undefined): Answer {
  return resource ? { status: 200, body: { data: resource } } : makeApiError(404, "not found");
}

/** The API never shows the value of a sensitive variable. */
function hidden(resource: Resource): Resource {
  const { attributes } = resource;
  return attributes["sensitive"] === true ? { ...resource, attributes: { ...attributes, value: null } } : resource;
}

/** An error as the API words it. */
export function makeApiError(status: number, detail: string): Answer {
  return { status, body: { errors: [{ status: String(status), title: detail, detail }] } };
}
