import { maskSecrets } from "./secrets";

/** More than any line that people read. */
const MAX_CHARACTERS = 1000;

/**
 * Control characters, formatting ones (which turn around or hide what follows), line separators, and halves of
 * characters.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A terminal's commands: https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
const TERMINAL_COMMAND =
  // eslint-disable-next-line no-control-regex -- these characters are what is looked for
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

/**
 * A text that others wrote, made fit for a terminal, a log and a message: on one line, without control characters, with
 * what looks secret masked, and no longer than so many characters.
 */
export function toOneLine(text: string, maxCharacters = MAX_CHARACTERS): string {
  const line = joinLines(maskSecrets(removeCommands(text)));
  return line.length <= maxCharacters ? line : Array.from(line).slice(0, maxCharacters).join("");
}

/** Lines of our own that hold texts of others, such as files' names: without control characters but line ends. */
export function removeControls(text: string): string {
  const lines = text.split("\n");
  return lines.map((line) => joinLines(removeCommands(line))).join("\n");
}

function removeCommands(text: string): string {
  return text.replace(TERMINAL_COMMAND, "").replace(/\p{Cf}/gu, "");
}

function joinLines(text: string): string {
  return text.replace(/\s+/g, " ").replace(UNPRINTABLE, " ").replace(/ +/g, " ").trim();
}
