import { toOneLine } from "../../performance/foreign-text";
import { maskSecrets } from "../../performance/secrets";
import { changeTexts, type Choice, type DashboardBody, findChoiceVariable } from "../dashboard/body";
import { type DrawnWidget, getView } from "../dashboard/content";
import { planDrawing } from "../dashboard/draw-dashboard";
import { drawPicture, type PictureBoard, type WidgetMark } from "../dashboard/picture";
import { createSampleSource, SAMPLE_END } from "../dashboard/sample/sample-source";
import { chooseTimeRange } from "../dashboard/time-range";
import { type DashboardDifference } from "./compare-dashboards";
import { type DashboardChange, listDashboardChanges } from "./dashboards";
import { toComparable } from "./pair-items";
import { type Plan } from "./plan";
import { listPlannedAlarms } from "./planned-alarms";

/** A picture of a dashboard that a plan changes. */
export interface ChangedDashboardPicture {
  readonly environment: string;
  /** Where it is in the folder of pictures, as in `prod/prod-existing.svg`. */
  readonly file: string;
  readonly svg: string;
}

const LONGEST_FILE_NAME = 100;

const TITLES = { before: "Before", after: "After" } as const;

interface Side {
  readonly moment: keyof typeof TITLES;
  readonly body: DashboardBody;
}

interface ShownFunctions {
  /** The one that is chosen on both sides; if none is on both, each shows its own first one. */
  readonly chosen: Choice | undefined;
  /** In AWS. */
  readonly names: readonly string[];
}

/** Draws the dashboards that a plan changes, as far as it can be told what they show. */
export async function drawDashboardChanges(plan: Plan): Promise<ChangedDashboardPicture[]> {
  const { environment } = plan;
  const pictures: ChangedDashboardPicture[] = [];
  for (const change of listDashboardChanges(plan)) {
    const svg = await drawDashboardChange(plan, change);
    const name = change.name.replaceAll(/[^\w.-]+/g, "_").slice(0, LONGEST_FILE_NAME);
    const isTaken = (file: string) => pictures.some((one) => one.file.toLowerCase() === file.toLowerCase());
    let file = `${environment}/${name}.svg`;
    for (let count = 2; isTaken(file); count++) file = `${environment}/${name}-${count}.svg`;
    if (svg !== undefined) pictures.push({ environment, file, svg });
  }
  return pictures;
}

/**
 * Both sides are beside each other, with the same made-up figures; a new or removed dashboard has one side.
 *
 * @returns SVG; undefined if it cannot be told what the dashboard shows
 */
async function drawDashboardChange(plan: Plan, change: DashboardChange): Promise<string | undefined> {
  const { name, before, after, difference } = change;
  if ((before && "hidden" in before) || (after && "hidden" in after)) return undefined;
  const sides: readonly Side[] = [
    ...(before ? [{ moment: "before" as const, body: changeTexts(before.body, maskSecrets) }] : []),
    ...(after ? [{ moment: "after" as const, body: changeTexts(after.body, maskSecrets) }] : []),
  ];
  const shown = chooseShown(sides.map(({ body }) => body));
  const boards = await Promise.all(sides.map((side) => drawSide(plan, side, shown)));
  const [old, current] = boards.map(({ widgets }) => widgets);
  const marks = difference && old && current ? listMarks(difference, old, current) : undefined;
  const texts = {
    heading: `${plan.environment}: dashboard ${toOneLine(name)}`,
    subtitle: before && after ? "Before and after the plan" : before ? "Removed by the plan" : "New in the plan",
    warning: `All figures are made up${before && after ? ", and the same before and after" : ""}. What is computed of them is real.`,
  };
  return drawPicture(
    texts,
    boards.map((board) => [{ ...board, ...(marks && { marks }) }]),
  ).svg;
}

/** The function that is shown if there is a choice, and all that there are, that one first: something happens to it. */
function chooseShown(bodies: readonly DashboardBody[]): ShownFunctions {
  const [oldest = [], newest = oldest] = bodies.map((body) => findChoiceVariable(body)?.choices ?? []);
  const chosen = newest.find(({ value }) => oldest.some((choice) => choice.value === value));
  const names = [...(chosen ? [chosen] : []), ...newest, ...oldest].map(({ value }) => value);
  return { chosen, names: [...new Set(names)] };
}

async function drawSide({ changes }: Plan, { moment, body }: Side, shown: ShownFunctions): Promise<PictureBoard> {
  const chosen = shown.chosen ?? findChoiceVariable(body)?.choices[0];
  const time = { ...chooseTimeRange(body, {}, SAMPLE_END), now: SAMPLE_END };
  const alarms = listPlannedAlarms(changes, moment);
  const { draw } = planDrawing({
    ...{ dashboards: [{ name: moment, body }], alarms, timeOf: () => time, readsLogs: true },
    selects: ({ value }) => value === chosen?.value,
  });
  const { dashboards } = await draw(createSampleSource(alarms, shown.names, time.to));
  const title = [TITLES[moment], ...(chosen ? [chosen.label] : [])].join(" · ");
  return { title, widgets: dashboards.flatMap(({ widgets }) => widgets) };
}

/** What differs, and what looks different although the dashboard says the same, such as the threshold of an alarm. */
function listMarks(
  { widgets, kept }: DashboardDifference,
  before: readonly DrawnWidget[],
  after: readonly DrawnWidget[],
): ReadonlyMap<string, WidgetMark> {
  const marks = new Map<string, WidgetMark>();
  const mark = (places: { readonly before?: number; readonly after?: number }, kind: WidgetMark) => {
    for (const widget of [before[places.before ?? -1], after[places.after ?? -1]])
      if (widget) marks.set(widget.id, kind);
  };
  for (const change of widgets) mark(change, change.kind);
  for (const one of kept) {
    const [old, current] = [before[one.before], after[one.after]].map((widget) => widget && getView(widget, 0));
    if (toComparable(old) !== toComparable(current)) mark(one, "changed");
  }
  return marks;
}
