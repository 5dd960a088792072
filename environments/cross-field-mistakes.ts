/** A setting that is valid on its own but conflicts with others. */
export interface CrossFieldMistake {
  /** Path below its section, as in `["errors", "datapoints_to_alarm"]`. */
  readonly path: readonly string[];
  /** The end of the sentence "expected …". */
  readonly expected: string;
  readonly got: unknown;
}

/**
 * Finds mistakes in a section that an environment and its functions can both set, where only both and the defaults
 * together show them: first mistakes that apply everywhere, then those of single functions.
 *
 * @param mistakesOf finds the mistakes of a function's section; called with nothing, those of any function that does
 *   not set the section
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
