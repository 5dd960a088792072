import { setTimeout } from "node:timers/promises";
import { AwsAccess } from "../../aws/access";
import { invokeFunction, type InvocationKind } from "../../aws/functions";
import { type LoadSettings } from "../settings";
import { type LoadTarget, type WarmingRound } from "../target";
import { type HeaderSource, HttpSender } from "../../http/http-sender";
import { createHeaderSigner } from "../../aws/signed-headers";
import { formatWarmerName, buildWarmingRequest, parseWarmingRound } from "./warming-request";

/** A deployed function behind an address. It reports neither cold starts nor instances. */
export class UrlTarget implements LoadTarget {
  readonly kind = "url";
  readonly tellsReports = false;
  readonly address: string;
  private readonly sender: HttpSender;
  private readonly aws: AwsAccess;

  constructor(
    private readonly settings: LoadSettings,
    url: URL,
  ) {
    const { environment, functionId, path } = settings;
    const address = new URL(`${url.origin}${url.pathname.replace(/\/$/, "")}${path}`);
    const isSigned = environment.functions[functionId]?.endpoint === "iam" && isFunctionUrl(url);
    this.address = address.href;
    this.aws = new AwsAccess(environment.region);
    this.sender = new HttpSender(
      address,
      isSigned ? createHeaderSigner(address, environment.region) : provideNoHeaders,
    );
  }

  send() {
    return this.sender.send();
  }

  async checkWarmer(): Promise<void> {
    await this.askWarmer(1, "DryRun");
  }

  async warm(instances: number): Promise<WarmingRound> {
    return parseWarmingRound(await this.askWarmer(instances, "RequestResponse"));
  }

  async waitUntilIdle(signal: AbortSignal): Promise<void> {
    await setTimeout(this.settings.idleSeconds * 1000, undefined, { signal });
  }

  async close(): Promise<void> {
    this.sender.close();
    this.aws.close();
    return Promise.resolve();
  }

  private async askWarmer(instances: number, kind: InvocationKind): Promise<string> {
    const { environment, functionId } = this.settings;
    const { region } = environment;
    const warmer = formatWarmerName(environment);
    const payload = buildWarmingRequest(environment, functionId, instances);
    const notFound = `the warmer ${warmer} is not deployed in ${region}: npx cdktf deploy ${environment.name}`;
    return invokeFunction(this.aws, { name: warmer, kind, payload }, notFound);
  }
}

const provideNoHeaders: HeaderSource = () => Promise.resolve({});

/** Otherwise, any other address would get a signature. */
function isFunctionUrl({ hostname }: URL): boolean {
  return /\.lambda-url\.[\w-]+\.on\.aws$/.test(hostname);
}
