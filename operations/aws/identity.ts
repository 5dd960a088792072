import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { AwsAccess } from "./access";
import { explainCall } from "./failure";

/** A region that is enabled in every account; AWS answers there even if the environment's region is disabled. */
const ALWAYS_ENABLED = "us-east-1";

/** Errors with which a region that is not enabled refuses credentials that other regions accept. */
const UNKNOWN_CREDENTIALS = new Set(["InvalidClientTokenId", "UnrecognizedClientException"]);

/** The caller's identity according to AWS. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
  /** As in `aws`, the second part of every ARN. */
  readonly partition: string;
  /** How much AWS's clock is ahead of this computer's; undefined if AWS did not send the time. */
  readonly clockSeconds: number | undefined;
  /** Whether the region has answered. */
  readonly isRegionEnabled: boolean;
}

/**
 * Asks AWS for the caller's identity; in another region if this one does not recognize the credentials.
 *
 * @param now this computer's clock, in milliseconds since 1970
 * @throws AwsFailure
 */
export async function readIdentity(aws: AwsAccess, now: () => number): Promise<Identity> {
  try {
    return { ...(await askIdentity(aws, now)), isRegionEnabled: true };
  } catch (error) {
    const isUnknown = error instanceof Error && UNKNOWN_CREDENTIALS.has(error.name);
    if (!isUnknown || aws.region === ALWAYS_ENABLED) throw explain(error, aws);
  }
  const elsewhere = new AwsAccess(ALWAYS_ENABLED, aws.signal);
  try {
    return { ...(await askIdentity(elsewhere, now)), isRegionEnabled: false };
  } catch (error) {
    throw explain(error, elsewhere);
  }
}

function explain(error: unknown, { region }: AwsAccess): Error {
  return explainCall(error, { region, action: "sts:GetCallerIdentity" });
}

async function askIdentity(aws: AwsAccess, now: () => number): Promise<Omit<Identity, "isRegionEnabled">> {
  const client = aws.client(STSClient);
  let clockSeconds: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const date = Date.parse(readResponseHeader(result.response, "date") ?? "");
      if (!Number.isNaN(date)) clockSeconds = Math.round((date - now()) / 1000);
      return result;
    },
    // Surrounds reading the answer, which throws if AWS refuses.
    { step: "deserialize", priority: "low" },
  );
  const { Account = "", Arn = "" } = await client.send(new GetCallerIdentityCommand({}), { abortSignal: aws.signal });
  return { account: Account, arn: Arn, partition: Arn.split(":")[1] ?? "aws", clockSeconds };
}

function readResponseHeader(response: unknown, name: string): string | undefined {
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  return (response.headers as Readonly<Record<string, string | undefined>>)[name];
}
