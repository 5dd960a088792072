import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isCompiledFor } from "./binaries";
import { listFolder } from "./folder-files";
import { UnlockedPackage } from "./locked-packages";
import { type Platform } from "./platform";

/** Prisma's package; what `prisma generate` writes for it is in no lock file. */
export const PRISMA = "@prisma/client";
const GENERATED = "node_modules/.prisma/client";

/** https://www.prisma.io/docs/orm/reference/prisma-schema-reference#binarytargets-options */
const TARGETS: Readonly<Record<string, string>> = { x64: "rhel-openssl-3.0.x", arm64: "linux-arm64-openssl-3.0.x" };

/**
 * Reads the client that Prisma has generated for a function, with its engine for a platform.
 *
 * @param folder the function's, absolute
 * @throws UnlockedPackage if there is none, or its engine is for other platforms
 */
export function readGeneratedClient(folder: string, platform: Platform): ReadonlyMap<string, Uint8Array> {
  const generated = findGenerated(folder);
  if (generated === undefined) throw new UnlockedPackage("a client that npx prisma generate has written", "none");
  const files = listFolder(generated);
  const engines = files.filter(({ path }) => path.endsWith(".node"));
  const fitting = engines.filter(({ path }) => isCompiledFor(path, platform));
  if (engines.length > 0 && fitting.length === 0) {
    const target = TARGETS[platform.cpu] ?? "native";
    throw new UnlockedPackage(
      `binaryTargets = ["native", "${target}"] in Prisma's schema, then npx prisma generate`,
      "engines for other platforms",
    );
  }
  return new Map(
    files
      .filter((file) => !engines.includes(file) || fitting.includes(file))
      .map(({ path, place }) => [`${GENERATED}/${place}`, readFileSync(path)]),
  );
}

function findGenerated(folder: string): string | undefined {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, GENERATED))) return join(each, GENERATED);
    if (each === dirname(each)) return undefined;
  }
}
