import { type FunctionSettings } from "../../environments/schema";

/** What installed packages run on, in npm's words. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string | undefined;
  /** A version of Node.js; compiled files depend on its first number. */
  readonly node: string;
}

/** What a function runs on in AWS: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
export function findLambdaPlatform({
  architecture = "arm64",
  runtime = "nodejs22.x",
}: Partial<Pick<FunctionSettings, "architecture" | "runtime">>): Platform {
  const [major = ""] = /\d+/.exec(runtime) ?? [];
  return { os: "linux", cpu: architecture === "x86_64" ? "x64" : architecture, libc: "glibc", node: `${major}.0.0` };
}

/** What a function runs on when it runs on this computer. */
export function findOwnPlatform(): Platform {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const libc = process.platform !== "linux" ? undefined : header.glibcVersionRuntime === undefined ? "musl" : "glibc";
  return { os: process.platform, cpu: process.arch, libc, node: process.versions.node };
}
