import { type Chart, type NoChart } from "./chart";

/** A document for people, with the same content in a terminal and on a page. */
export interface Document {
  readonly heading: string;
  /** Below the heading: the subject and the time. */
  readonly subtitle?: string;
  /** The most important figures. */
  readonly figures?: readonly Figure[];
  /** The summary: at the top of a page, and at the end in a terminal. */
  readonly conclusion?: Section;
  readonly blocks: readonly Block[];
  /** Small print; documents that are shown together share it. */
  readonly footnotes?: readonly string[];
}

/** A name with its value. */
export type Figure = readonly [label: string, value: string];

/** A part of a document. A text is a paragraph. */
export type Block = string | Section | Table | List | Code | Charts;

/** Content below a heading. */
export interface Section {
  readonly kind: "section";
  readonly heading: string;
  /** Of its place on a page. */
  readonly id?: string;
  readonly tone?: Tone;
  readonly blocks: readonly Block[];
}

/** Whether something is good or bad. */
export type Tone = "good" | "bad" | "unknown";

/** Rows with one cell per heading. */
export interface Table {
  readonly kind: "table";
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table's cell; a tone highlights it. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** Lines with remarks. */
export interface List {
  readonly kind: "list";
  readonly items: readonly ListItem[];
}

/** One line of a list. */
export interface ListItem {
  readonly text: string;
  readonly details?: readonly string[];
}

/** Lines to copy. */
export interface Code {
  readonly kind: "code";
  /** A description for people who cannot see them. */
  readonly label: string;
  readonly text: string;
}

/** Pictures, which a terminal does not show. */
export interface Charts {
  readonly kind: "charts";
  readonly charts: readonly (Chart | NoChart)[];
}

/** A target with its result. */
export interface TargetRow {
  readonly target: string;
  readonly limit: string;
  readonly measured: string;
  readonly state: keyof typeof STATES;
  /** The previous value. */
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

/** A table without columns that are empty in all rows. */
export function buildTable(headings: readonly string[], rows: Table["rows"]): Table {
  const isUsed = headings.map((_, column) => rows.some((row) => getCellText(row[column]) !== ""));
  const select = <T>(row: readonly T[]) => row.filter((_, column) => isUsed[column]);
  return { kind: "table", headings: select(headings), rows: rows.map(select) };
}

const STATES = {
  met: { text: "met", tone: "good" },
  missed: { text: "missed", tone: "bad" },
  advice: { text: "advice", tone: "unknown" },
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
