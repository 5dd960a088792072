/** A setting that is right on its own and does not go with the others. */
export interface CrossFieldMistake {
  /** Below the section that it is in, as in `["errors", "datapoints_to_alarm"]`. */
  readonly path: readonly string[];
  /** The end of the sentence "expected …". */
  readonly expected: string;
  readonly got: unknown;
}

/**
 * What is wrong with a section that stands in an environment and again in its functions, where only both and the
 * defaults together tell: first what is wrong everywhere, then what is wrong for one function only.
 *
 * @param mistakesOf given what a function says in the section, or nothing, which stands for any function that says
 *   nothing
 * @returns mistakes with their paths in the file
 */
export function findMistakesTogether<Section extends string, Own>(
  section: Section,
  functions: Readonly<Record<string, Readonly<Record<Section, Own>>>>,
  mistakesOf: (own?: Own) => readonly CrossFieldMistake[],
): CrossFieldMistake[] {
  const everywhere = mistakesOf();
  const known = new Set(everywhere.map(({ path }) => path.join(".")));
  const below = (mistake: CrossFieldMistake, ...parents: string[]) => ({
    ...mistake,
    path: [...parents, section, ...mistake.path],
  });
  return [
    ...everywhere.map((mistake) => below(mistake)),
    ...Object.entries(functions).flatMap(([name, { [section]: own }]) =>
      mistakesOf(own)
        .filter(({ path }) => !known.has(path.join(".")))
        .map((mistake) => below(mistake, "functions", name)),
    ),
  ];
}
