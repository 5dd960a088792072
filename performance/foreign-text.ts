import { maskSecrets } from "./secrets";

/** Longer than any readable line. */
const MAX_CHARACTERS = 1000;

/** How many times longer a text is looked at than it becomes: to find secrets in megabytes can take minutes. */
const LOOKED_AT = 20;

/**
 * Control characters, formatting characters (which reverse or hide what follows), line separators, and halves of
 * surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A terminal's commands: https://ecma-international.org/publications-and-standards/standards/ecma-48/ */
const TERMINAL_COMMAND =
  // eslint-disable-next-line no-control-regex -- matching these characters is the purpose
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

/**
 * Makes a third-party text safe for a terminal, a log and a message: on one line, without control characters, with
 * secrets masked, and with at most this many characters.
 */
export function toOneLine(text: string, maxCharacters = MAX_CHARACTERS): string {
  const line = joinLines(maskSecrets(removeCommands(text.slice(0, LOOKED_AT * maxCharacters))));
  return line.length <= maxCharacters ? line : Array.from(line).slice(0, maxCharacters).join("");
}

/**
 * Makes our own lines safe that contain third-party texts, such as file names: removes control characters except line
 * ends.
 */
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
