import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Does something, and returns by how many megabytes the memory has grown that is still used then. */
export function measureGrowthMb(act: () => void): number {
  const before = measureUsedMb();
  act();
  return measureUsedMb() - before;
}

function measureUsedMb(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  collectGarbage();
  return process.memoryUsage().heapUsed / 1024 ** 2;
}

/** A line of so many characters that shares its memory with no other one. */
export function makeLine(characters: number): string {
  return Buffer.alloc(characters, "x").toString();
}
