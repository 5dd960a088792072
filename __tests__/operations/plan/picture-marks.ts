/** The sides of a picture of a changed dashboard. */
export function splitSides(svg: string): string[] {
  return svg.split(/(?=<g transform="translate\(\d+,76\)">)/).slice(1);
}

/** What a picture of a changed dashboard marks: the words at each widget, by its title, side by side. */
export function listMarks(svg: string): Map<string, string[]> {
  const marks = new Map<string, string[]>();
  for (const side of splitSides(svg)) {
    const titles = new Map(
      [...side.matchAll(/<g (transform="[^"]*")>\n<rect [^>]*stroke="#\w+"\/>\n<text [^>]*>([^<]*)</g)].map(
        ([, place = "", title = ""]) => [place, title] as const,
      ),
    );
    for (const [, place = "", word = ""] of side.matchAll(
      /<g (transform="[^"]*")>\n<rect [^>]*stroke-width="3"[^>]*>\n<rect [^>]*>\n<text [^>]*>([^<]*)</g,
    )) {
      const title = titles.get(place) ?? place;
      marks.set(title, [...(marks.get(title) ?? []), word]);
    }
  }
  return marks;
}
