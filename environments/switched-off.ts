import { type CrossFieldMistake } from "./cross-field-mistakes";

type Switches = Readonly<Record<string, object | undefined>>;

/**
 * Finds settings without effect, because what they belong to is switched off: for a function, and for the whole
 * environment if none of its functions switches it on.
 *
 * @param defaults what is on by default; what has no switch is on
 */
export function findSwitchedOffMistakes<Section extends string>(
  section: Section,
  environment: Switches,
  functions: Readonly<Record<string, Readonly<Record<Section, Switches>>>>,
  defaults: Switches,
): CrossFieldMistake[] {
  const findSwitchMistakes = (own: Switches, isOn: (key: string) => boolean, path: readonly string[]) =>
    Object.entries(own)
      .filter(([key, settings]) => hasSettings(settings) && !isOn(key))
      .map(([key, settings]) => ({
        path: [...path, section, key, "enabled"],
        expected: "true, without which the other settings have no effect",
        got: readSwitch(settings),
      }));
  const isOnFor = (own: Switches, key: string) =>
    readSwitch(own[key]) ?? readSwitch(environment[key]) ?? readSwitch(defaults[key]) ?? true;
  const all = Object.values<Readonly<Record<Section, Switches>>>(functions);
  const isOnForSome = (key: string) => isOnFor({}, key) || all.some(({ [section]: own }) => isOnFor(own, key));
  return [
    ...findSwitchMistakes(environment, isOnForSome, []),
    ...Object.entries<Readonly<Record<Section, Switches>>>(functions).flatMap(([name, { [section]: own }]) =>
      findSwitchMistakes(own, (key) => isOnFor(own, key), ["functions", name]),
    ),
  ];
}

function readSwitch(settings: { readonly enabled?: boolean | undefined } | undefined): boolean | undefined {
  return settings?.enabled;
}

/** Whether a section sets more than whether it is switched on. */
export function hasSettings(settings: object | undefined): boolean {
  return Object.entries(settings ?? {}).some(([key, value]) => key !== "enabled" && value !== undefined);
}
