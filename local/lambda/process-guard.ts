import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Reads which process groups there are; when nobody writes any more, kills those that are left. */
const SCRIPT = `
groups=" "
while read -r change group; do
  case $change in
    add) groups="$groups$group " ;;
    drop) groups="\${groups%%" $group "*} \${groups#*" $group "}" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/**
 * Sees to it that no environment outlives this process, however it ends: a frozen one would stay for ever. A shell in a
 * session of its own, so that Ctrl-C does not reach it.
 */
export class ProcessGuard {
  private readonly shell: ChildProcess = spawn("/bin/sh", ["-c", SCRIPT], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: {},
  });
  private readonly exit = once(this.shell, "exit");

  constructor() {
    this.shell.unref();
    // Without the guard everything works; only nobody cleans up after a kill -9.
    this.shell.stdin?.on("error", () => undefined);
  }

  /** From now on, the group that this process leads is watched. */
  add(pid: number): void {
    this.shell.stdin?.write(`add ${pid}\n`);
  }

  /** The group is gone. */
  drop(pid: number): void {
    this.shell.stdin?.write(`drop ${pid}\n`);
  }

  /** Ends the guard, and what it still watches. */
  async close(): Promise<void> {
    this.shell.ref();
    this.shell.stdin?.end();
    await this.exit;
  }
}
