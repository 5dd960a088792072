import { type AwsAccess } from "../aws/access";
import { readAlarms } from "../aws/alarms";
import { AwsFailure } from "../aws/failure";
import { runLogQuery } from "../aws/log-queries";
import { readSeries } from "../aws/metrics";
import { type ReadingContext } from "../cli/progress";
import { type DashboardSource, type Unanswered } from "./source";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const ALARMS_PER_CALL = 100;

/** CloudWatch; it is only read. What it does not answer is unread, and the rest goes on. */
export function createCloudWatchSource(aws: AwsAccess, { onStep, wait }: ReadingContext): DashboardSource {
  return {
    readSeries: async (questions) => {
      onStep("metrics");
      const answers = await readSeries(aws, questions);
      return answers.map((answer) => (answer instanceof AwsFailure ? { why: answer.message } : answer));
    },
    readAlarmStates: (names) =>
      orUnread(async () => {
        onStep("alarms");
        const states = new Map<string, string>();
        for (let first = 0; first < names.length; first += ALARMS_PER_CALL) {
          const found = await readAlarms(aws, names.slice(first, first + ALARMS_PER_CALL));
          for (const [name, { state }] of found) states.set(name, state);
        }
        return states;
      }),
    readLogs: async (questions) => {
      const answers: (readonly Readonly<Record<string, string>>[] | Unanswered)[] = [];
      for (const question of questions) {
        onStep(`logs, ${answers.length + 1} of ${questions.length} queries`);
        answers.push(await orUnread(async () => (await runLogQuery(aws, question, wait)).records));
      }
      return answers;
    },
  };
}

async function orUnread<T>(work: () => Promise<T>): Promise<T | Unanswered> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsFailure) return { why: error.message };
    throw error;
  }
}
