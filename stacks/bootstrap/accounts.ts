import { InvalidInput, type Mistake } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";

/** An AWS account with its environments that can be delivered. */
export interface Account {
  /** Twelve digits; undefined if the environments' files do not set it, so that the signed-in account counts. */
  readonly id: string | undefined;
  /** Has an underscore, so no environment can have the same name. */
  readonly stackName: string;
  readonly environments: readonly [Environment, ...Environment[]];
  /** The stack's own state: its location in a bucket. */
  readonly stateKey: string;
  /** The places of the environments' states, without duplicates. */
  readonly buckets: readonly { readonly name: string; readonly region: string }[];
}

const NONE_DELIVERED: Mistake = {
  file: "environments",
  message: 'expected an environment whose state.backend is "s3" or "cloud", found none',
};

/**
 * Groups the environments by account. An environment with a local state is left out: it is deployed from a person's
 * computer.
 *
 * @throws InvalidInput if none is left, or if accounts or buckets contradict each other
 */
export function groupByAccount(environments: readonly Environment[]): readonly Account[] {
  const delivered = environments.filter(({ state }) => state.backend !== "local");
  if (delivered.length === 0) throw new InvalidInput([NONE_DELIVERED]);
  const silent = findHalfSaid(delivered);
  // It is known which accounts share a bucket only if every file has its account.
  const mistakes =
    silent.length > 0
      ? silent
      : [...findSharedBuckets(delivered), ...findWithinReach(delivered, environments), ...findOwnState(delivered)];
  if (mistakes.length > 0) throw new InvalidInput(mistakes);

  const accounts = new Map<string | undefined, [Environment, ...Environment[]]>();
  for (const environment of delivered) {
    const known = accounts.get(environment.accountId);
    if (known) known.push(environment);
    else accounts.set(environment.accountId, [environment]);
  }
  return [...accounts].map(([id, members]) => {
    const stackName = formatStackName(id);
    return { id, stackName, stateKey: formatStateKey(stackName), environments: members, buckets: listBuckets(members) };
  });
}

function formatStackName(account: string | undefined): string {
  return `bootstrap_${account ?? "account"}`;
}

function formatStateKey(stackName: string): string {
  return `${stackName}.tfstate`;
}

function listBuckets(environments: readonly Environment[]): Account["buckets"] {
  const buckets = new Map(
    environments.flatMap(({ state }) => (state.backend === "s3" ? [[state.bucket, state.region] as const] : [])),
  );
  return [...buckets].map(([name, region]) => ({ name, region }));
}

/** If only some files have an account, it is unclear whether the others mean the same one. */
function findHalfSaid(environments: readonly Environment[]): Mistake[] {
  const silent = environments.filter(({ accountId }) => accountId === undefined);
  if (silent.length === environments.length) return [];
  return silent.map(({ name }) => ({
    file: formatFile(name),
    message: "account_id: expected 12 digits in quotes, as in the other environments, got nothing",
  }));
}

/** A bucket is in one region of one account. */
function findSharedBuckets(environments: readonly Environment[]): Mistake[] {
  const first = new Map<string, Environment>();
  return environments.flatMap((environment) => {
    const { state, accountId, name } = environment;
    if (state.backend !== "s3") return [];
    const other = first.get(state.bucket);
    if (other?.state.backend !== "s3") {
      first.set(state.bucket, environment);
      return [];
    }
    const file = formatFile(name);
    if (other.accountId !== accountId) {
      const message = `state.bucket: expected a bucket in its own account, got ${state.bucket}, as in ${formatFile(other.name)}`;
      return [{ file, message }];
    }
    if (other.state.region !== state.region) {
      const message = `state.region: expected ${other.state.region}, as in ${formatFile(other.name)} for the same bucket, got ${state.region}`;
      return [{ file, message }];
    }
    return [];
  });
}

/** Ends of names that policies allow in every region, where dashboards and buckets are. */
const IN_EVERY_REGION = /^-(packaged|existing|zip(-.*)?)$/;

/** Policies identify an environment's resources in a region by the beginning of their names. */
function findWithinReach(delivered: readonly Environment[], all: readonly Environment[]): Mistake[] {
  return all.flatMap(({ name, region, accountId }) => {
    const other = delivered.find(
      (one) =>
        name.startsWith(`${one.name}-`) &&
        (one.region === region || IN_EVERY_REGION.test(name.slice(one.name.length))) &&
        (one.accountId === accountId || accountId === undefined || one.accountId === undefined),
    );
    if (!other) return [];
    const message =
      `expected a file name that does not begin with ${other.name}-, or another ${other.region === region ? "region or account" : "account"}: ` +
      `who may deploy ${other.name} could change everything in ${name}`;
    return [{ file: formatFile(name), message }];
  });
}

/** No role may write where the bootstrap stack's own state will be. */
function findOwnState(environments: readonly Environment[]): Mistake[] {
  return environments.flatMap(({ name, accountId, state }) => {
    const own = formatStateKey(formatStackName(accountId));
    if (state.backend !== "s3" || state.key !== own) return [];
    return [
      {
        file: formatFile(name),
        message: `state.key: expected another path than the bootstrap stack's own, got ${own}`,
      },
    ];
  });
}

function formatFile(name: string): string {
  return `environments/${name}.tfvars`;
}
