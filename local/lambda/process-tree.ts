import { readdirSync, readFileSync } from "node:fs";

/**
 * Processes that an execution environment has started, including those that left its process group (a browser does) and
 * those whose parent has ended. It finds them by their ancestors and by the environment's log stream in their
 * variables. Needs /proc. https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
 *
 * @param pid the environment's process
 * @param logStreamName the environment's unique log stream
 */
export function findDescendants(pid: number, logStreamName: string): number[] {
  const parents = new Map(listProcesses().map((each) => [each, readParent(each)]));
  const found = new Set([pid]);
  const isFound = (each: number) => found.has(parents.get(each) ?? 0) || isOf(each, logStreamName);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const each of parents.keys()) if (!found.has(each) && isFound(each)) found.add(each);
  }
  found.delete(pid);
  return [...found];
}

function listProcesses(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function readParent(pid: number): number | undefined {
  const [, parent] = /\) \S (\d+)/.exec(read(pid, "stat")) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

function isOf(pid: number, logStreamName: string): boolean {
  return read(pid, "environ").split("\0").includes(`AWS_LAMBDA_LOG_STREAM_NAME=${logStreamName}`);
}

/** Empty for a process that has ended or belongs to another user. */
function read(pid: number, file: "stat" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
