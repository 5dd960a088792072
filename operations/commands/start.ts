import { InvalidArgumentError } from "@commander-js/extra-typings";
import { DEFAULT_IDLE_MILLISECONDS } from "../../local/local-environment";
import { runEnvironment } from "../../local/run";
import { defineCommand } from "../cli/define-command";
import { ENVIRONMENT_HELP, makeIntegerParser } from "../cli/input";
import { LiveServer } from "../live/server";

const MINUTE = 60_000;

/** The page's default port. */
const DEFAULT_PORT = 3000;

/** With more, a request of one second would last a quarter of an hour. */
const MAX_SPEED = 1000;

export default defineCommand({
  parameters: (command) =>
    command
      .argument("[environment]", ENVIRONMENT_HELP, "dev")
      .option(
        "--speed <times>",
        `how many times faster schedules, idle expiry and alarms are: 1 to ${MAX_SPEED}`,
        createNumberParser(1, MAX_SPEED),
        1,
      )
      .option(
        "--port <number>",
        "the page's port, 0 to 65535, and after it those of functions; 0 for any free ports",
        makeIntegerParser(0, 65_535),
        DEFAULT_PORT,
      )
      .option(
        "--idle-minutes <minutes>",
        "how many minutes an unused instance is kept: 0.1 to 1440",
        createNumberParser(0.1, 1440),
        DEFAULT_IDLE_MILLISECONDS / MINUTE,
      ),

  help: `
No AWS account, no Docker and no Terraform are needed. Ctrl-C ends it.

Exit codes: 0 it was ended; 1 it cannot run; 2 the arguments, or a file in environments/, are wrong

Examples:
  $ npm start                       dev: open http://127.0.0.1:3000
  $ npm start -- prod --speed 60    prod, with an hour of schedules and alarms in a minute`,

  run: async (_, environment, { speed, port, idleMinutes }) => {
    const options = { speed, port, idleMilliseconds: idleMinutes * MINUTE };
    await runEnvironment(environment, options, new LiveServer(speed));
    return undefined;
  },
});

function createNumberParser(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is not a number from ${least} to ${most}.`);
  };
}
