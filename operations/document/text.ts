import { type Block, type Cell, type Document, getCellText } from "./document";

/** Documents as lines for a terminal. Shared small print appears with the last one. */
export function formatDocuments(documents: readonly Document[]): string[] {
  return documents.flatMap((document, index) => {
    const later = new Set(documents.slice(index + 1).flatMap(({ footnotes = [] }) => footnotes));
    const footnotes = document.footnotes?.filter((note) => !later.has(note)) ?? [];
    return [...(index === 0 ? [] : [""]), ...formatDocument({ ...document, footnotes })];
  });
}

/** A document as lines for a terminal. */
export function formatDocument(document: Document): string[] {
  const { heading, subtitle = "", figures = [], blocks, footnotes = [], conclusion } = document;
  return [
    heading,
    ...(subtitle === "" ? [] : [subtitle]),
    ...formatTable(["", ""], figures),
    ...blocks.flatMap(formatBlock),
    ...(footnotes.length > 0 ? ["", ...footnotes] : []),
    ...(conclusion ? ["", ...conclusion.blocks.flatMap(formatBlock), "", conclusion.heading] : []),
  ];
}

/** A table's lines, with columns as wide as their content. */
export function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const all = headings.some((heading) => heading !== "") ? [headings, ...rows] : rows;
  const texts = all.map((row) => row.map(getCellText));
  const widths = headings.map((_, column) => Math.max(...texts.map((row) => row[column]?.length ?? 0)));
  return texts.map((row) => `  ${row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
}

function formatBlock(block: Block): string[] {
  if (typeof block === "string") return [block];
  switch (block.kind) {
    case "section":
      return ["", block.heading, ...block.blocks.flatMap(formatBlock)];
    case "table":
      return formatTable(block.headings, block.rows);
    case "list":
      return block.items.flatMap(({ text, details = [] }) => [`  ${text}`, ...details.map((line) => `      ${line}`)]);
    case "code":
      return ["", ...block.text.split("\n").map((line) => `  ${line}`)];
    case "charts":
      return [];
  }
}
