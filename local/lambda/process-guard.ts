import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Reads which environments there are, each by its process group and its log stream; when nobody writes any more, kills
 * those that are left, and what has left their groups.
 */
const SCRIPT = `
left=" "
while read -r change group stream; do
  case $change in
    add) left="$left$group/$stream " ;;
    drop) left="\${left%%" $group/$stream "*} \${left#*" $group/$stream "}" ;;
  esac
done
for each in $left; do
  kill -s KILL -- "-\${each%%/*}" 2>/dev/null
  for file in $(grep -lF "\${each#*/}" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}" 2>/dev/null
  done
done
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

  /** From now on, the group that this process leads is watched, and what has the log stream in its variables. */
  add(pid: number, logStreamName: string): void {
    this.shell.stdin?.write(`add ${pid} ${logStreamName}\n`);
  }

  /** They are gone. */
  drop(pid: number, logStreamName: string): void {
    this.shell.stdin?.write(`drop ${pid} ${logStreamName}\n`);
  }

  /** Ends the guard, and what it still watches. */
  async close(): Promise<void> {
    this.shell.ref();
    this.shell.stdin?.end();
    await this.exit;
  }
}
