import { afterEach } from "@jest/globals";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type LocalEnvironment,
  type LocalEnvironmentOptions,
  type LocalEvent,
  startLocalEnvironment,
} from "../../../local/local-environment";
import { makeProject, makeTfvars } from "../../support/project";
import { waitUntil } from "../lambda/support";

const started: LocalEnvironment[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((environment) => environment.close()));
});

/** A handler that answers with an expression, and with the id of its process. */
export function makeHandler(answer: string, imports = ""): string {
  return `${imports}export const handler = async () => ({
    statusCode: 200, headers: { "x-pid": String(process.pid) }, body: String(${answer}),
  });\n`;
}

/** An answer of a function. */
export interface Answer {
  readonly text: string;
  readonly pid: number;
}

/** A project whose environment `dev` runs, and goes on with what is saved. */
export class WatchedProject {
  private constructor(
    readonly root: string,
    readonly environment: LocalEnvironment,
    private readonly events: readonly LocalEvent[],
  ) {}

  /**
   * Starts it.
   *
   * @param links symbolic links, by their paths
   */
  static async start(
    files: Readonly<Record<string, string>>,
    tfvars = makeTfvars({ functions: 'api = { endpoint = "iam" }' }),
    options: Partial<LocalEnvironmentOptions> & { readonly links?: Readonly<Record<string, string>> } = {},
  ): Promise<WatchedProject> {
    const { links = {}, ...more } = options;
    const root = makeProject({ "environments/dev.tfvars": tfvars, ...files });
    for (const [path, target] of Object.entries(links)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(join(root, target), join(root, path));
    }
    return WatchedProject.startIn(root, more);
  }

  /** Starts a project that is there already. */
  static async startIn(root: string, options: Partial<LocalEnvironmentOptions> = {}): Promise<WatchedProject> {
    const events: LocalEvent[] = [];
    const environment = await startLocalEnvironment({
      environment: "dev",
      root,
      port: 0,
      warming: false,
      watch: true,
      onEvent: (event) => events.push(event),
      ...options,
    });
    started.push(environment);
    return new WatchedProject(root, environment, events);
  }

  /** Where a file of the project is. */
  path(file: string): string {
    return join(this.root, file);
  }

  /** Saves a file as many editors do: it is written in its place. */
  save(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }

  /** Saves a file as other editors do: another one takes its place. */
  replace(file: string, text: string): void {
    writeFileSync(this.path(`${file}.new`), text);
    renameSync(this.path(`${file}.new`), this.path(file));
  }

  /** What a function answers now. */
  async ask(id = "api", path = "/"): Promise<Answer> {
    const { url = "" } = this.environment.functions.find((each) => each.id === id) ?? {};
    const response = await fetch(new URL(path, url));
    return { text: await response.text(), pid: Number(response.headers.get("x-pid")) };
  }

  /** What was told of one kind. */
  told<Kind extends LocalEvent["kind"]>(kind: Kind): Extract<LocalEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<LocalEvent, { kind: Kind }> => event.kind === kind);
  }

  /** Does something, and waits until the next event of a kind. */
  async after<Kind extends LocalEvent["kind"]>(
    kind: Kind,
    act: () => void,
  ): Promise<Extract<LocalEvent, { kind: Kind }>> {
    const before = this.told(kind).length;
    act();
    await waitUntil(() => this.told(kind).length > before);
    const event = this.told(kind)[before];
    if (!event) throw new Error(`no event ${kind}`);
    return event;
  }
}
