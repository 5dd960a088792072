/** What a widget shows. It is plain data, so that a page's script shows it as well. */
export type WidgetContent =
  TextContent | NumbersContent | LinesContent | TableContent | AlarmsContent | BarsContent | NoteContent;

/** Markdown, already as HTML that is safe to show. */
export interface TextContent {
  readonly kind: "text";
  readonly html: string;
}

/** Large numbers. */
export interface NumbersContent {
  readonly kind: "numbers";
  readonly numbers: readonly NamedValue[];
}

/** A name with its value; null if there is none. */
export interface NamedValue {
  readonly label: string;
  readonly value: number | null;
}

/** Lines over time. */
export interface LinesContent {
  readonly kind: "lines";
  /** When the first point's period begins, in milliseconds since 1970. */
  readonly from: number;
  readonly periodSeconds: number;
  /** How many periods there are. */
  readonly length: number;
  /** Where the axis ends: also within the last period. */
  readonly to: number;
  readonly lines: readonly ValueLine[];
  readonly unit: string;
  readonly axis: { readonly min?: number; readonly max?: number };
  readonly limits: readonly { readonly at: number; readonly text: string }[];
  readonly marks: readonly { readonly at: number; readonly text: string }[];
  readonly isStacked?: boolean;
  readonly remark?: string;
}

/** A line's values, period by period; null where there is none. What is missing at the end is null, too. */
export interface ValueLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Rows of texts and numbers. */
export interface TableContent {
  readonly kind: "table";
  readonly headings: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Alarms with their states. */
export interface AlarmsContent {
  readonly kind: "alarms";
  readonly alarms: readonly { readonly name: string; readonly state: string }[];
}

/** Values beside each other: bars of a whole, shares of a sum, or how far something is. */
export interface BarsContent {
  readonly kind: "bars";
  readonly bars: readonly NamedValue[];
  readonly min: number;
  readonly max: number;
  readonly remark?: string;
}

/** A text instead of what the widget would show. */
export interface NoteContent {
  readonly kind: "note";
  readonly text: string;
  /** Whether something is wrong. */
  readonly isBad?: boolean;
  /** What it is about, word by word. */
  readonly details?: string;
}

/** A widget in its place, with what it shows for each choice; only one content if that is the same for all. */
export interface DrawnWidget {
  readonly id: string;
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly views: readonly WidgetView[];
}

/** What a widget shows for one choice, below its title. */
export interface WidgetView {
  readonly title: string;
  readonly content: WidgetContent;
}

/** A dashboard with everything that it shows. */
export interface DrawnDashboard {
  readonly name: string;
  /** What the viewer chooses; missing if there is nothing to choose. */
  readonly choice?: { readonly label: string; readonly options: readonly string[] };
  readonly widgets: readonly DrawnWidget[];
}

/** What a widget shows for a choice. */
export function getView({ views }: DrawnWidget, choice: number): WidgetView {
  return views[choice] ?? views[0] ?? { title: "", content: { kind: "note", text: "Nothing to show" } };
}
