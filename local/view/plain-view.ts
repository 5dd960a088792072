import { type LocalEnvironment } from "../local-environment";
import { formatAddress, formatEvent, formatClockTime, formatQueueAddress } from "./texts";
import { type View, type ViewFacts } from "./view";

/** For files and pipes: one line per change. */
export function createPlainView({ speed, logFolder }: ViewFacts): View {
  const print = (at: number, text: string) => {
    for (const line of text.split("\n")) process.stdout.write(`${formatClockTime(at)}  ${line}\n`);
  };
  const printed = new Set<string>();
  let shown: LocalEnvironment | undefined;
  const printAddresses = (environment: LocalEnvironment) => {
    for (const line of listAddresses(environment).filter((each) => !printed.has(each))) {
      print(environment.now(), line);
      printed.add(line);
    }
  };
  return {
    onEvent: (event) => {
      const text = formatEvent(event);
      if (text !== undefined) print(event.at, text);
      if (event.kind === "reloaded" && shown) printAddresses(shown);
    },
    show: (environment, pageUrl) => {
      shown = environment;
      const faster = speed === 1 ? "" : `, ${speed} times faster`;
      print(environment.now(), `${environment.name} runs on this computer${faster}; logs are in ${logFolder}`);
      print(environment.now(), `page: ${pageUrl}`);
      printAddresses(environment);
    },
    close: () => undefined,
  };
}

function listAddresses({ functions, queues }: LocalEnvironment): string[] {
  return [
    ...functions.flatMap((each) => {
      const { command, address } = formatAddress(each) ?? {};
      if (address === undefined) return [];
      return [`${each.id}${command === undefined ? " is at" : `: ${command}`} ${address}`];
    }),
    ...queues.map((queue) => {
      const { command, address } = formatQueueAddress(queue);
      return `${queue.name}: ${command} ${address}`;
    }),
  ];
}
