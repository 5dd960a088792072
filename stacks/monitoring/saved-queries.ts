import { CloudwatchQueryDefinition } from "@cdktf/provider-aws/lib/cloudwatch-query-definition";
import { Construct } from "constructs";
import { type OwnQueryKey, QUERIES, type QueryKey, ROLLOUTS, WARMING_RUNS } from "../../model/queries";
import { type LogFormat, type WatchedFunction } from "../../model/watched-function";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html */
const MAX_LOG_GROUPS = 50;

const FORMATS: readonly LogFormat[] = ["json", "text"];

/**
 * The saved queries of an environment, in a folder with its name. They cover all functions, in groups as large as one
 * query may read.
 */
export class SavedQueries extends Construct {
  private readonly ids = new Map<string, string>();

  constructor(
    scope: Construct,
    id: string,
    environment: string,
    functions: readonly WatchedFunction[],
    ownLogGroups: Readonly<Record<OwnQueryKey, string | undefined>>,
  ) {
    super(scope, id);
    const own = { "warming-runs": WARMING_RUNS, rollouts: ROLLOUTS } as const;
    for (const key of Object.keys(own) as OwnQueryKey[]) {
      const { [key]: logGroup } = ownLogGroups;
      if (logGroup === undefined) continue;
      const { queryDefinitionId } = new CloudwatchQueryDefinition(this, key, {
        name: `${environment}/${key}`,
        queryString: own[key],
        logGroupNames: [logGroup],
      });
      for (const watched of functions) this.ids.set(formatIdKey(key, watched), queryDefinitionId);
    }
    for (const format of FORMATS) {
      const those = functions.filter(({ logFormat }) => logFormat === format);
      for (let from = 0; from < those.length; from += MAX_LOG_GROUPS) {
        const some = those.slice(from, from + MAX_LOG_GROUPS);
        const suffix = `${format === "text" ? "-text" : ""}${from === 0 ? "" : `-${from / MAX_LOG_GROUPS + 1}`}`;
        for (const [key, queryString] of listQueries(format)) {
          const { queryDefinitionId } = new CloudwatchQueryDefinition(this, `${key}${suffix}`, {
            name: `${environment}/${key}${suffix}`,
            queryString,
            logGroupNames: some.map(({ logGroup }) => logGroup),
          });
          for (const watched of some) this.ids.set(formatIdKey(key, watched), queryDefinitionId);
        }
      }
    }
  }

  /** The saved query's id; undefined if the function's log cannot answer it. */
  findQueryId(key: QueryKey, watched: WatchedFunction): string | undefined {
    return this.ids.get(formatIdKey(key, watched));
  }
}

function listQueries(format: LogFormat): [QueryKey, string][] {
  return (Object.keys(QUERIES) as (keyof typeof QUERIES)[]).flatMap((key) => {
    const text = QUERIES[key][format];
    return text === undefined ? [] : [[key, text]];
  });
}

function formatIdKey(key: QueryKey | OwnQueryKey, { id }: WatchedFunction): string {
  return `${key} of ${id}`;
}
