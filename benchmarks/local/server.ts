import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";

/** One of the implementations of a local Lambda. */
export interface ServerContestant {
  readonly name: string;
  /** The kind of a function's instance. */
  readonly instance: string;
  /** The arguments of `node`, for a free port. */
  readonly args: (port: number) => readonly string[];
  /** Its working folder; by default this one. */
  readonly cwd?: string;
  /** Where requests go. It may listen at another address than requested, and then prints it. */
  readonly path: string;
  readonly body: string;
}

/** A listening contestant. */
export interface Started {
  readonly contestant: ServerContestant;
  readonly url: URL;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts one, and resolves when it reports that it listens.
 *
 * @throws Error with its output if it ends instead
 */
export async function startContestant(contestant: ServerContestant): Promise<Started> {
  const port = await findFreePort();
  const child = spawn(process.execPath, contestant.args(port), {
    cwd: contestant.cwd,
    // Otherwise, serverless would send telemetry and look for newer versions.
    env: { ...process.env, SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = () => child.kill();
  process.prependOnceListener("exit", stop);
  let said = "";
  const listens = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        said += `${line}\n`;
        const [, told] = /listening(?: on (http:\S+))?/.exec(line) ?? [];
        if (/listening/.test(line)) resolve(told ?? `http://127.0.0.1:${port}`);
      });
    }
    child.once("exit", () => {
      reject(new Error(`${contestant.name} ended:\n${said}`));
    });
  });
  return {
    contestant,
    url: new URL(contestant.path, await listens),
    pid: child.pid ?? NaN,
    stop: async () => {
      process.off("exit", stop);
      if (child.exitCode === null && child.kill()) await once(child, "exit");
    },
  };
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
