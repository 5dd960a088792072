import { type Check, fail, pass, warn, makeCheck } from "./check";
import { type Examination } from "./examination";

/**
 * AWS refuses signatures that are older:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv4-troubleshooting.html
 */
const REFUSED_AFTER_SECONDS = 300;
const NOTICEABLE_SECONDS = 30;

/** Checks that AWS accepts the credentials, and their account, region and time. */
export function buildIdentityChecks({ environment: { name, region, accountId }, identity }: Examination): {
  readonly checks: readonly Check[];
  readonly credentials: Check;
  readonly region: Check;
} {
  const file = `environments/${name}.tfvars`;
  const credentials = makeCheck(
    "credentials",
    [],
    async () => pass((await identity()).arn),
    "sign in to AWS (aws sso login, or AWS_PROFILE), and check that it can be reached from here",
  );
  const account = makeCheck("account", [credentials], async () => {
    const { account: is } = await identity();
    if (accountId === undefined) {
      return warn(`${is}, but the file allows any account`, `write account_id = "${is}" into ${file}`);
    }
    return is === accountId
      ? pass(is)
      : fail(
          `these credentials belong to ${is}, but ${name} is in ${accountId}`,
          `sign in to ${accountId} (AWS_PROFILE), or correct account_id in ${file}`,
        );
  });
  const regionCheck = makeCheck("region", [credentials, account], async () =>
    (await identity()).isRegionEnabled
      ? pass(region)
      : fail(`${region} is not enabled in this account`, `aws account enable-region --region-name ${region}`),
  );
  const clock = makeCheck("clock", [credentials], async () => {
    const { clockSeconds: seconds } = await identity();
    if (seconds === undefined) return warn("AWS did not send the time", "compare this computer's clock by hand");
    const off = `this computer's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "behind" : "ahead of"} AWS's`;
    if (Math.abs(seconds) >= REFUSED_AFTER_SECONDS) {
      return fail(`${off}: AWS refuses what Terraform signs`, "synchronize the clock (NTP)");
    }
    return Math.abs(seconds) >= NOTICEABLE_SECONDS ? warn(off, "synchronize the clock (NTP)") : pass("as AWS's");
  });
  return { checks: [credentials, account, regionCheck, clock], credentials, region: regionCheck };
}
