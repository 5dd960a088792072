import { toOneLine } from "../../performance/foreign-text";
import { formatAccess } from "./access";
import { type EnvironmentBudgets, formatBudgets } from "./budget-file";
import { formatFullList } from "./full-list";
import { formatHazards } from "./hazards";
import { formatCode } from "./markdown";
import { countKinds, isTouched, type Plan } from "./plan";
import { COST_NOTE, formatCostChange } from "./plan-cost";
import { formatWords } from "./wording";

/** The first line of every comment, which readers do not see: it identifies the comment, which is updated in place. */
export const MARKER = "<!-- warmwatch: plan -->";

/** Maximum number of characters of a comment or an issue on GitHub. */
const LONGEST_COMMENT = 65_536;

/**
 * Maximum number of lines of each kind per environment above its folded list; fewer if the comment would be too long.
 */
const LINES_ABOVE = [50, 20, 8, 3, 0];

/** Conditions of a configuration explain what to do, which may take some sentences. */
const LONGEST_REFUSAL = 1000;

/** Space reserved for the folded lists. */
const KEPT_FOR_LISTS = 8_000;

/** More of an environment without a plan would say nothing about this change. */
const MOST_UNPLANNED_BUDGETS = 3;

const MOST_PICTURES = 5;

const LITTLE_LEFT = "error budgets of which little is left";

/** One environment's part, before the available space is known. */
interface Section {
  readonly heading: string;
  readonly budgets: readonly string[];
  readonly hazards: readonly string[];
  readonly access: readonly string[];
  readonly words: readonly string[];
  readonly pictures: readonly string[];
  readonly cost: string;
  readonly list: readonly string[];
}

/** What a comment says besides plans. */
interface BesidePlans {
  /** Environments without a plan, which must still be listed. */
  readonly unplanned?: readonly string[];
  readonly budgets?: readonly EnvironmentBudgets[];
  /** Of changed dashboards, by their files. */
  readonly pictures?: readonly { readonly environment: string; readonly file: string }[];
  readonly links?: readonly PicturesLink[];
}

/** Where the pictures of an environment's changed dashboards are. */
export interface PicturesLink {
  readonly environment: string;
  /** A valid URL. */
  readonly address: string;
}

/** One comment in Markdown about all environments, never longer than GitHub's limit. */
export function writeComment(
  title: string,
  plans: readonly Plan[],
  { unplanned = [], budgets = [], pictures = [], links = [] }: BesidePlans = {},
  longest = LONGEST_COMMENT,
): string {
  const top = [MARKER, `## ${toOneLine(title)}`, ""].join("\n");
  const formatBudgetsOf = (name: string) =>
    budgets.filter(({ environment }) => environment === name).flatMap(formatBudgets);
  const missing = unplanned.map((name) =>
    [
      `### ${formatCode(name, 64)}: no plan; see the job's log for the reason\n`,
      ...capLines(formatBudgetsOf(name), MOST_UNPLANNED_BUDGETS, LITTLE_LEFT).map((line) => `${line}\n`),
    ].join("\n"),
  );
  const bottom = [...missing, plans.length > 0 ? `<sub>${COST_NOTE}</sub>\n` : ""].join("\n");
  const fixed = top.length + bottom.length + 2;

  const sections = plans.map((plan) => ({
    ...buildSection(plan),
    budgets: formatBudgetsOf(plan.environment),
    pictures: formatPictures(
      pictures.filter(({ environment }) => environment === plan.environment).map(({ file }) => file),
      links.find(({ environment }) => environment === plan.environment)?.address,
    ),
  }));
  const drafts = LINES_ABOVE.map((most) => sections.map((section) => formatAbove(section, most)));
  const measureLength = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length + 2, 0);
  const fitting = drafts.find((texts) => fixed + measureLength(texts) <= longest - KEPT_FOR_LISTS);
  const above = fitting ?? drafts.at(-1) ?? [];

  let left = longest - fixed - measureLength(above);
  const texts = sections.map(({ list }, index) => {
    const folded = fold(list, Math.floor(left / (sections.length - index)));
    left -= folded.length;
    return `${above[index] ?? ""}\n${folded}`;
  });
  return cut([top, ...texts, bottom].join("\n"), longest);
}

function buildSection(plan: Plan): Omit<Section, "budgets" | "pictures"> {
  const { environment, changes, isWhole, refusals } = plan;
  const paragraphs = [
    `### ${formatCode(environment, 64)}: ${formatHeadline(plan)}`,
    ...(isWhole ? [] : ["**Planning ended with an error: this list is incomplete.**"]),
    ...refusals.map((message) => `**Refused:** ${formatCode(message, LONGEST_REFUSAL)}`),
  ];
  return {
    heading: paragraphs.join("\n\n"),
    hazards: formatHazards(changes),
    access: formatAccess(plan),
    words: formatWords(plan),
    cost: formatCostChange(plan),
    list: formatFullList(plan),
  };
}

function formatAbove({ heading, budgets, hazards, access, words, pictures, cost }: Section, most: number): string {
  // One list: with an empty line inside, GitHub would add space between all items.
  const lines = [
    ...capLines(budgets, most, LITTLE_LEFT),
    ...capLines(hazards, most, "deletions or replacements of this kind"),
    ...capLines(access, most, "permissions"),
    ...capLines(words, most, "changes"),
    ...pictures,
  ];
  return [heading, "", ...(lines.length > 0 ? [...lines, ""] : []), cost, ""].join("\n");
}

/** Where to see changed dashboards: GitHub shows no picture in a comment that is not at a public address. */
function formatPictures(files: readonly string[], address: string | undefined): string[] {
  if (files.length === 0 && address === undefined) return [];
  const what = "changed dashboards before and after";
  const shown = files.slice(0, MOST_PICTURES).map((file) => formatCode(file));
  const more = files.length - shown.length;
  return [
    [
      `- ${address === undefined ? what : `[${what}](<${address}>)`}, with made-up figures`,
      ...(shown.length > 0 ? [`: ${shown.join(", ")}`] : []),
      ...(more > 0 ? [` and ${more} more`] : []),
    ].join(""),
  ];
}

function formatHeadline({ changes, outputs, drift, isWhole }: Plan): string {
  const counts = countKinds(changes);
  const usual = [
    `${counts.add} to add`,
    `${counts.change} to change`,
    `${counts.replace} to replace`,
    `${counts.destroy} to destroy`,
  ];
  const rare = [
    [counts.forget, "to forget"],
    [counts.moved, "moved"],
    [counts.imported, "to import"],
    [counts.run, counts.run === 1 ? "function to call" : "functions to call"],
    [outputs.length, outputs.length === 1 ? "output" : "outputs"],
    [drift.length, "changed outside Terraform"],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  if (changes.some(isTouched) || outputs.length > 0) return [...usual, ...rare].join(", ");
  return [isWhole ? "nothing to change" : "no changes known", ...rare].join(", ");
}

/** At most this many lines; omitted lines are always mentioned. */
function capLines(lines: readonly string[], most: number, what: string): string[] {
  const more = lines.length - most;
  return [...lines.slice(0, most), ...(more > 0 ? [`- and **${more} more** ${what}`] : [])];
}

function fold(list: readonly string[], room: number): string {
  if (list.length === 0) return "";
  const opening = `<details><summary>${list.length === 1 ? "The change" : `All ${list.length} changes`}</summary>\n\n`;
  const closing = "\n\n</details>\n";
  const leftOut = (count: number) =>
    `\n- … cut here, to stay within GitHub's limit: ${count} more changes are in the job's log`;
  const whole = list.join("\n");
  if (opening.length + whole.length + closing.length <= room) return `${opening}${whole}${closing}`;
  let body = "";
  let kept = 0;
  for (const text of list) {
    const next = kept === 0 ? text : `${body}\n${text}`;
    if (opening.length + next.length + leftOut(list.length).length + closing.length > room) break;
    body = next;
    kept += 1;
  }
  const short = `${opening}${body}${leftOut(list.length - kept)}${closing}`;
  return short.length <= room ? short : "";
}

/** Only for an unrealistic number of environments. */
function cut(comment: string, longest: number): string {
  if (comment.length <= longest) return comment;
  const note = "\n\n… cut here, to stay within GitHub's limit: the job's log has the rest\n";
  const end = comment.lastIndexOf("\n", longest - note.length);
  return comment.slice(0, Math.max(end, 0)) + note;
}
