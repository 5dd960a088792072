import { type getExpressionAst } from "@cdktf/hcl2json";

/** One `key = value` of a map, or of the file itself. Positions are indexes into the text. */
export interface Item {
  readonly key: string;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Missing if the value is not a map. */
  readonly map?: MapPlace;
}

/** A map: `open` is the position of its `{`, `close` that of its `}`. */
export interface MapPlace {
  readonly open: number;
  readonly close: number;
  readonly items: readonly Item[];
}

/** Thrown for a text that is not a file of values. */
export class UnsupportedSyntax extends Error {}

type Syntax = NonNullable<Awaited<ReturnType<typeof getExpressionAst>>>;

/**
 * Finds the places of a file's items.
 *
 * @throws UnsupportedSyntax
 */
export async function parseItems(text: string): Promise<readonly Item[]> {
  const { getExpressionAst } = await import("@cdktf/hcl2json");
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  // As one map, the file shows where everything in it is.
  const source = Buffer.from(`{\n${text.slice(mark.length)}\n}`);
  const file = await getExpressionAst("file", source.toString()).catch(() => null);
  if (!file) throw new UnsupportedSyntax();
  const toIndex = (byte: number) => source.subarray(0, byte).toString().length - "{\n".length + mark.length;
  const listItems = ({ children }: Syntax): Item[] =>
    (children as Syntax[]).flatMap((value, index, all) => {
      const key = all[index - 1];
      if (index % 2 === 0 || !key) return [];
      const { start, end } = value.range;
      // The range of a map or a list is that of its first bracket, and that of a text lacks its quotes. The range of an
      // empty text is the place after them.
      const isBracketed = value.type === "object" || value.type === "tuple";
      const quote = source.toString("latin1", start.byte - 1, start.byte) === '"' ? 1 : 0;
      const isEmpty = quote === 1 && start.byte === end.byte;
      const endsAt = isBracketed ? start.byte + Buffer.byteLength(value.meta.value) : end.byte + (isEmpty ? 0 : quote);
      const place = {
        start: toIndex(key.range.start.byte),
        valueStart: toIndex(start.byte - (isEmpty ? 2 : quote)),
        valueEnd: toIndex(endsAt),
      };
      const name = text.slice(place.start, toIndex(key.range.end.byte));
      if (value.type !== "object") return { key: name, ...place };
      return {
        key: name,
        ...place,
        map: { open: place.valueStart, close: place.valueEnd - 1, items: listItems(value) },
      };
    });
  return listItems(file);
}
