import { spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";

/** Lambda on this computer, in one of the ways there are. */
export interface ServerContestant {
  readonly name: string;
  /** What a function's instance is. */
  readonly instance: string;
  /** What follows `node` on the command line, given a port that is free. */
  readonly args: (port: number) => readonly string[];
  /** Where it runs; here by default. */
  readonly cwd?: string;
  /** Where requests go. It may listen elsewhere than asked, and then says where. */
  readonly path: string;
  readonly body: string;
}

/** A contestant that listens. */
export interface Started {
  readonly contestant: ServerContestant;
  readonly url: URL;
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts one, and resolves when it says that it listens.
 *
 * @throws Error with what it has said when it ends instead
 */
export async function startContestant(contestant: ServerContestant): Promise<Started> {
  const port = await findFreePort();
  const child = spawn(process.execPath, contestant.args(port), {
    cwd: contestant.cwd,
    // serverless would tell its makers, and look for newer versions.
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
