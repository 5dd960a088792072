import { isFinishedFunction } from "../../environments/names";
import { toOneLine } from "../../performance/foreign-text";
import { type AlarmState } from "../../local/cloudwatch/alarm";
import { type LocalEvent } from "../../local/events";
import { TRAFFIC_ALIAS } from "../../local/figures";
import { formatEvent, isBad } from "../../local/view/texts";
import { type AlarmRow, type EventRow, type RequestDetails, type RequestRow, type Round } from "./messages";

const KEPT_REQUESTS = 300;
const KEPT_ROUNDS = 40;
const KEPT_EVENTS = 60;
const KEPT_CHANGES = 12;
const KEPT_LOG_LINES = 60;
const LONGEST_LINE = 4000;

type EventOf<Kind extends LocalEvent["kind"]> = Extract<LocalEvent, { kind: Kind }>;

interface KeptRequest {
  readonly row: RequestRow;
  readonly details: RequestDetails;
}

/** What has happened in an environment lately. */
export class RecentHistory {
  /** The latest last. */
  private readonly kept = new Map<string, KeptRequest>();
  private readonly changes = new Map<string, AlarmRow["changes"]>();
  /** The latest first. */
  readonly rounds: Round[] = [];
  /** The latest first. */
  readonly events: EventRow[] = [];
  /** How many invocations there were. */
  invocations = 0;
  private refused = 0;

  /** The latest requests and events that were answered, the latest first. */
  listRequests(most: number): RequestRow[] {
    return [...this.kept.values()]
      .slice(-most)
      .reverse()
      .map(({ row }) => row);
  }

  /** What is known of a request; undefined if it is too long ago. */
  findDetails(key: string): RequestDetails | undefined {
    return this.kept.get(key)?.details;
  }

  /** The latest changes of an alarm, the latest first. */
  listChanges(name: string): AlarmRow["changes"] {
    return this.changes.get(name) ?? [];
  }

  /** Receives an event. */
  add(event: LocalEvent): void {
    switch (event.kind) {
      case "invocation":
        this.addInvocation(event);
        break;
      case "request":
        this.addRequest(event);
        break;
      case "function-failed":
        this.addFailure(event);
        break;
      case "alarm":
        this.addChange(event);
        break;
      case "warming-round": {
        const { at, id: functionId, strategy, asked, instances, coldStarts, failures } = event;
        keepFirst(this.rounds, { at, functionId, strategy, asked, instances, coldStarts, failures }, KEPT_ROUNDS);
        break;
      }
      case "function":
      case "cold-start":
      case "reload-failed":
        break;
      default:
        this.addText(event);
    }
  }

  private addInvocation(event: EventOf<"invocation">): void {
    this.invocations++;
    const { requestId, at, id, qualifier, outcome, waitedMilliseconds, initMilliseconds, instanceId, version } = event;
    // What pings, and what is pinged.
    if (isFinishedFunction(id) || (qualifier ?? TRAFFIC_ALIAS) !== TRAFFIC_ALIAS) return;
    const logLines = (event.logLines ?? []).slice(0, KEPT_LOG_LINES).map(copyStart);
    // An event that is tried again keeps its id.
    const attempts = (this.kept.get(requestId)?.row.attempts ?? 0) + 1;
    this.kept.delete(requestId);
    const row: RequestRow = {
      ...{ attempts, key: requestId, at, functionId: id, outcome, milliseconds: waitedMilliseconds },
      ...(initMilliseconds !== undefined && { initMilliseconds }),
      ...(instanceId !== undefined && { instanceId }),
      ...(version !== undefined && { version }),
    };
    this.keep({ row, details: { logLines } });
  }

  private addRequest(event: EventOf<"request">): void {
    const { at, id, method, path, status, milliseconds, requestId } = event;
    const request = `${method} ${path.slice(0, 200)}`;
    const known = requestId === undefined ? this.findRefused(id) : this.kept.get(requestId);
    if (known) {
      const outcome = known.row.outcome === "success" && status >= 500 ? "error" : known.row.outcome;
      this.keep({ ...known, row: { ...known.row, request, status, outcome } });
      return;
    }
    const outcome = status === 429 ? "throttled" : status >= 400 ? "error" : "success";
    const row = {
      key: `refused-${++this.refused}`,
      attempts: 0,
      at,
      functionId: id,
      request,
      status,
      outcome,
      milliseconds,
    } as const;
    this.keep({ row, details: { logLines: [] } });
  }

  /** Lambda refuses an invocation before the endpoint answers its request. */
  private findRefused(functionId: string): KeptRequest | undefined {
    const last = [...this.kept.values()].at(-1);
    const isRefused = last?.row.outcome === "throttled" && last.row.functionId === functionId;
    return isRefused && last.row.request === undefined ? last : undefined;
  }

  private addFailure(event: EventOf<"function-failed">): void {
    const { requestId = "", errorType, errorMessage, where } = event;
    const known = this.kept.get(requestId);
    if (!known) {
      this.addText(event);
      return;
    }
    const problem = toOneLine(`${errorType}: ${errorMessage}`);
    const details = { ...known.details, ...(where !== undefined && { where }) };
    this.keep({ row: { ...known.row, problem }, details });
  }

  private addChange({ name, at, to }: { readonly name: string; readonly at: number; readonly to: AlarmState }): void {
    this.changes.set(name, [{ at, to }, ...this.listChanges(name)].slice(0, KEPT_CHANGES));
  }

  private addText(event: LocalEvent): void {
    const text = formatEvent(event);
    if (text !== undefined) keepFirst(this.events, { at: event.at, text, isBad: isBad(event) }, KEPT_EVENTS);
  }

  private keep(request: KeptRequest): void {
    this.kept.set(request.row.key, request);
    const [oldest = ""] = this.kept.keys();
    if (this.kept.size > KEPT_REQUESTS) this.kept.delete(oldest);
  }
}

/** Not by `slice` alone: what it returns keeps all of the line in memory. */
function copyStart(line: string): string {
  return Buffer.from(line.slice(0, LONGEST_LINE)).toString();
}

function keepFirst<Item>(items: Item[], first: Item, most: number): void {
  items.unshift(first);
  items.splice(most);
}
