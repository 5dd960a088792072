import { readFileSync } from "node:fs";

/**
 * The peak physical memory of a process so far, in megabytes; undefined if /proc does not exist or the process has
 * ended. https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
 */
export function readPeakMemoryMb(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}
