import { compileInsightsQuery, type InsightsRecord, type StoredLine } from "./insights/query";
import { type TimeWindow } from "./metric-data";

/** How much of each log group is kept. */
export interface LogStoreLimits {
  /** How old lines become. */
  readonly keptMilliseconds: number;
  /** How many characters lines have at most, with {@link LINE_CHARACTERS} for each one. */
  readonly characters: number;
}

/** A day, as long as rollouts look back, of some 40,000 usual lines: while a query reads them, nothing else happens. */
const DEFAULT_LIMITS: LogStoreLimits = { keptMilliseconds: 24 * 3_600_000, characters: 20_000_000 };

/** What keeping a line takes beside its text. */
const LINE_CHARACTERS = 100;

/** Removing the first one of many takes as long as removing some: those that take this share of what is kept. */
const REMOVED_SHARE = 0.1;

/** The lines of logs in memory, as late as CloudWatch Logs has them. Old lines are dropped. */
export class LogStore {
  private readonly groups = new Map<string, LogGroup>();

  /** @param lateMilliseconds how long after it was written a line is found */
  constructor(
    private readonly lateMilliseconds = 0,
    private readonly limits = DEFAULT_LIMITS,
  ) {}

  /** Adds a line to a log group; later lines come later. */
  add(logGroup: string, line: StoredLine): void {
    const group = this.groups.get(logGroup) ?? new LogGroup(this.limits);
    group.add(line);
    this.groups.set(logGroup, group);
  }

  /**
   * What CloudWatch Logs Insights answers now.
   *
   * @param now milliseconds since 1970
   * @param showTime the time that the answer gives a line, for the one at which it was added; the same by default
   * @throws InsightsQueryError for a query that is not valid, or not supported here
   */
  query(
    logGroups: readonly string[],
    query: string,
    { from, to }: TimeWindow,
    now: number,
    showTime: (at: number) => number = (at) => at,
  ): InsightsRecord[] {
    const answer = compileInsightsQuery(query);
    const window = { from, to: Math.min(to, now - this.lateMilliseconds) };
    const lines = logGroups.flatMap((logGroup) => this.groups.get(logGroup)?.list(window) ?? []);
    return answer(lines.map((line) => ({ ...line, at: showTime(line.at) })));
  }
}

class LogGroup {
  /** Oldest first. Those before `first` are dropped already. */
  private readonly lines: StoredLine[] = [];
  private first = 0;
  private characters = 0;
  /** Of those that are dropped already. */
  private droppedCharacters = 0;

  constructor(private readonly limits: LogStoreLimits) {}

  add(line: StoredLine): void {
    this.lines.push(line);
    this.characters += countCharacters(line);
    this.drop(line.at);
  }

  list({ from, to }: TimeWindow): StoredLine[] {
    return this.lines.slice(this.first).filter(({ at }) => at >= from && at < to);
  }

  private drop(now: number): void {
    const { keptMilliseconds, characters } = this.limits;
    for (let oldest = this.lines[this.first]; oldest; oldest = this.lines[this.first]) {
      if (oldest.at >= now - keptMilliseconds && this.characters <= characters) break;
      this.characters -= countCharacters(oldest);
      this.droppedCharacters += countCharacters(oldest);
      this.first++;
    }
    if (this.droppedCharacters < characters * REMOVED_SHARE && this.first < this.lines.length) return;
    this.lines.splice(0, this.first);
    this.first = 0;
    this.droppedCharacters = 0;
  }
}

function countCharacters({ line }: StoredLine): number {
  return line.length + LINE_CHARACTERS;
}
