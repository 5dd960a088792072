import { eventText, timeText } from "./texts";
import { type View, type ViewFacts } from "./view";

/** For files and pipes: one line for what changes. */
export function plainView({ speed, logFolder }: ViewFacts): View {
  const print = (at: number, text: string) => process.stdout.write(`${timeText(at)}  ${text}\n`);
  return {
    onEvent: (event) => {
      const text = eventText(event);
      if (text !== undefined) print(event.at, text);
    },
    show: (environment) => {
      const faster = speed === 1 ? "" : `, ${speed} times faster`;
      print(environment.now(), `${environment.name} runs on this computer${faster}; logs are in ${logFolder}`);
      for (const { id, url } of environment.functions)
        if (url !== undefined) print(environment.now(), `${id} is at ${url}`);
    },
    close: () => undefined,
  };
}
