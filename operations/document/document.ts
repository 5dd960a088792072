import { type Chart, type NoChart } from "./chart";

/** What is told to people, of which a terminal and a page show the same. */
export interface Document {
  readonly heading: string;
  /** Below the heading: of what and when. */
  readonly subtitle?: string;
  /** What is to be seen first. */
  readonly figures?: readonly Figure[];
  /** What it comes to: at the top of a page, and at a terminal's end. */
  readonly conclusion?: Section;
  readonly blocks: readonly Block[];
  /** Small print; documents that are told together share it. */
  readonly footnotes?: readonly string[];
}

/** A name with its value. */
export type Figure = readonly [label: string, value: string];

/** A part of a document. A text is a paragraph. */
export type Block = string | Section | Table | List | Code | Charts;

/** What belongs together below a heading. */
export interface Section {
  readonly kind: "section";
  readonly heading: string;
  /** Of its place on a page. */
  readonly id?: string;
  readonly tone?: Tone;
  readonly blocks: readonly Block[];
}

/** Whether something is as it should be. */
export type Tone = "good" | "bad" | "unknown";

/** Rows of as many cells as there are headings. */
export interface Table {
  readonly kind: "table";
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What a table has in one place; with a tone, it stands out. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** Lines with what there is to say of each. */
export interface List {
  readonly kind: "list";
  readonly items: readonly ListItem[];
}

/** One line of a list. */
export interface ListItem {
  readonly text: string;
  readonly details?: readonly string[];
}

/** Lines to be copied. */
export interface Code {
  readonly kind: "code";
  /** What they are, for those who do not see them. */
  readonly label: string;
  readonly text: string;
}

/** Pictures, of which a terminal has none. */
export interface Charts {
  readonly kind: "charts";
  readonly charts: readonly (Chart | NoChart)[];
}

/** A target, and what came of it. */
export interface TargetRow {
  readonly target: string;
  readonly limit: string;
  readonly measured: string;
  readonly state: "met" | "missed" | "not_measurable";
  /** How it was before. */
  readonly before?: string;
  readonly note?: string | undefined;
}

/** A part with a heading. */
export function buildSection(
  heading: string,
  blocks: readonly Block[],
  more: Pick<Section, "id" | "tone"> = {},
): Section {
  return { kind: "section", heading, blocks, ...more };
}

/** A table, without columns that have nothing in any row. */
export function buildTable(headings: readonly string[], rows: Table["rows"]): Table {
  const isUsed = headings.map((_, column) => rows.some((row) => getCellText(row[column]) !== ""));
  const select = <T>(row: readonly T[]) => row.filter((_, column) => isUsed[column]);
  return { kind: "table", headings: select(headings), rows: rows.map(select) };
}

const STATES = {
  met: { text: "met", tone: "good" },
  missed: { text: "missed", tone: "bad" },
  not_measurable: { text: "not measurable", tone: "unknown" },
} as const;

/** A table of targets, each met or not. */
export function buildTargetTable(rows: readonly TargetRow[]): Table {
  return buildTable(
    ["", "target", "limit", "measured", "before", "note"],
    rows.map(({ state, target, limit, measured, before = "", note = "" }) => [
      ...[STATES[state], target, limit, measured, before, note],
    ]),
  );
}

/** What a cell says. */
export function getCellText(cell: Cell = ""): string {
  return typeof cell === "string" ? cell : cell.text;
}
