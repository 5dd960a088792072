import { formatAddress, formatEvent, formatClockTime, formatQueueAddress } from "./texts";
import { type View, type ViewFacts } from "./view";

/** For files and pipes: one line per change. */
export function createPlainView({ speed, logFolder }: ViewFacts): View {
  const print = (at: number, text: string) => {
    for (const line of text.split("\n")) process.stdout.write(`${formatClockTime(at)}  ${line}\n`);
  };
  return {
    onEvent: (event) => {
      const text = formatEvent(event);
      if (text !== undefined) print(event.at, text);
    },
    show: (environment, pageUrl) => {
      const faster = speed === 1 ? "" : `, ${speed} times faster`;
      print(environment.now(), `${environment.name} runs on this computer${faster}; logs are in ${logFolder}`);
      print(environment.now(), `page: ${pageUrl}`);
      for (const each of environment.functions) {
        const { command, address } = formatAddress(each) ?? {};
        if (address !== undefined)
          print(environment.now(), `${each.id}${command === undefined ? " is at" : `: ${command}`} ${address}`);
      }
      for (const queue of environment.queues) {
        const { command, address } = formatQueueAddress(queue);
        print(environment.now(), `${queue.name}: ${command} ${address}`);
      }
    },
    close: () => undefined,
  };
}
