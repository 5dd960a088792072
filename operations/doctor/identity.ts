import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type Environment } from "../../environments/schema";
import { waitForAws, MAX_ATTEMPTS } from "../aws/failure";
import { type Check, fail, pass, memoize, warn } from "./check";

/**
 * AWS refuses signatures that are older:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv4-troubleshooting.html
 */
const REFUSED_AFTER_SECONDS = 300;
const NOTICEABLE_SECONDS = 30;

/** A region that is on in every account; AWS answers there also when the environment's own region is off. */
const ALWAYS_ENABLED = "us-east-1";

/** By these, a region that is not enabled refuses credentials that others accept. */
const UNKNOWN_CREDENTIALS = new Set(["InvalidClientTokenId", "UnrecognizedClientException"]);

/** Who asks, as AWS sees it. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
  /** As in `aws`, the second part of every ARN. */
  readonly partition: string;
  /** How much AWS's clock is ahead of this computer's; undefined when AWS did not tell the time. */
  readonly clockSeconds: number | undefined;
  /** Whether the environment's region has answered. */
  readonly isRegionEnabled: boolean;
}

/** Whether AWS lets these credentials in, and which account, region and time they meet. */
export function buildIdentityChecks(
  { name, region, accountId }: Environment,
  identity: () => Promise<Identity>,
): { readonly checks: readonly Check[]; readonly credentials: Check; readonly region: Check } {
  const file = `environments/${name}.tfvars`;
  const credentials: Check = {
    name: "credentials",
    look: async () => pass((await identity()).arn),
    mend: "sign in to AWS (aws sso login, or AWS_PROFILE), and see that it can be reached from here",
  };
  const account: Check = {
    name: "account",
    needs: [credentials],
    look: async () => {
      const { account: is } = await identity();
      if (accountId === undefined) {
        return warn(`${is}, and any other would do`, `write account_id = "${is}" into ${file}`);
      }
      return is === accountId
        ? pass(is)
        : fail(
            `these credentials are of ${is}, ${name} is in ${accountId}`,
            `sign in to ${accountId} (AWS_PROFILE), or correct account_id in ${file}`,
          );
    },
  };
  const regionCheck: Check = {
    name: "region",
    needs: [credentials, account],
    look: async () =>
      (await identity()).isRegionEnabled
        ? pass(region)
        : fail(`${region} is not enabled in this account`, `aws account enable-region --region-name ${region}`),
  };
  const clock: Check = {
    name: "clock",
    needs: [credentials],
    look: async () => {
      const { clockSeconds: seconds } = await identity();
      if (seconds === undefined) return warn("AWS did not tell the time", "compare this computer's clock by hand");
      const off = `this computer's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "behind" : "ahead of"} AWS's`;
      if (Math.abs(seconds) >= REFUSED_AFTER_SECONDS) {
        return fail(`${off}: AWS refuses what Terraform signs`, "set the clock by the network's time (NTP)");
      }
      return Math.abs(seconds) >= NOTICEABLE_SECONDS
        ? warn(off, "set the clock by the network's time (NTP)")
        : pass("as AWS's");
    },
  };
  return { checks: [credentials, account, regionCheck, clock], credentials, region: regionCheck };
}

/** Asks AWS once who asks. */
export function createIdentityReader(
  region: string,
  now: () => number,
  abortSignal: AbortSignal,
): () => Promise<Identity> {
  return memoize(async () => {
    try {
      return { ...(await readIdentity(region, now, abortSignal)), isRegionEnabled: true };
    } catch (error) {
      if (!(error instanceof Error) || !UNKNOWN_CREDENTIALS.has(error.name) || region === ALWAYS_ENABLED) {
        return waitForIdentity(Promise.reject(error as Error), region);
      }
      return {
        ...(await waitForIdentity(readIdentity(ALWAYS_ENABLED, now, abortSignal), ALWAYS_ENABLED)),
        isRegionEnabled: false,
      };
    }
  });
}

function waitForIdentity<T>(asked: Promise<T>, region: string): Promise<T> {
  return waitForAws(asked, {
    region,
    action: "sts:GetCallerIdentity",
    notFound: "AWS does not know these credentials",
  });
}

async function readIdentity(
  region: string,
  now: () => number,
  abortSignal: AbortSignal,
): Promise<Omit<Identity, "isRegionEnabled">> {
  const client = new STSClient({ region, maxAttempts: MAX_ATTEMPTS });
  let clockSeconds: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const date = Date.parse(readResponseHeader(result.response, "date") ?? "");
      if (!Number.isNaN(date)) clockSeconds = Math.round((date - now()) / 1000);
      return result;
    },
    // Around the reading of the answer, which throws when AWS refuses.
    { step: "deserialize", priority: "low" },
  );
  const { Account = "", Arn = "" } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
  return { account: Account, arn: Arn, partition: Arn.split(":")[1] ?? "aws", clockSeconds };
}

function readResponseHeader(response: unknown, name: string): string | undefined {
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  return (response.headers as Readonly<Record<string, string | undefined>>)[name];
}
