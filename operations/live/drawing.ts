import { type LocalEnvironment } from "../../local/local-environment";
import { type Choice, findChoiceVariable, parseBody } from "../dashboard/body";
import { type WidgetContent } from "../dashboard/content";
import { planDrawing } from "../dashboard/draw-dashboard";
import { createLocalSource } from "./local-source";
import { type DashboardQuery, type LiveDashboard } from "./messages";

const MINUTE = 60_000;

/** Up to so many minutes, points are of one minute. */
const LONGEST_FINE_MINUTES = 60;

/** What runs here is not in AWS's console. */
const CONSOLE_LINK = /<a [^>]*href="https:\/\/console\.[^"]*"[^>]*>(.*?)<\/a>/gs;

/** Draws one of an environment's dashboards, for one choice, up to now; undefined if there is no such dashboard. */
export async function drawLiveDashboard(
  environment: LocalEnvironment,
  { dashboard: index, choice, minutes }: DashboardQuery,
): Promise<LiveDashboard | undefined> {
  const found = environment.dashboards[index];
  if (!found) return undefined;
  const { name } = found;
  const body = parseBody(found.body, name);
  const variable = findChoiceVariable(body);
  const wanted = variable?.choices[choice] ?? variable?.choices[0];
  const now = environment.now();
  // The minute that goes on is shown, too.
  const to = Math.ceil(now / MINUTE) * MINUTE;
  const { questions, draw } = planDrawing({
    dashboards: [{ name, body }],
    alarms: new Map(environment.alarms.flatMap((one) => (one.alarm ? [[one.name, one.alarm]] : []))),
    timeOf: () => ({
      ...{ from: to - minutes * MINUTE, to, now },
      ...(minutes <= LONGEST_FINE_MINUTES && { periodSeconds: 60 }),
    }),
    selects: ({ value }: Choice) => value === wanted?.value,
    readsLogs: true,
  });
  const { dashboards } = await draw(createLocalSource(environment));
  return {
    name,
    ...(variable && {
      choice: { label: variable.label, options: variable.choices.map(({ label }) => label) },
    }),
    periodSeconds: questions.usualPeriodSeconds,
    widgets: (dashboards[0]?.widgets ?? []).map((widget) => ({
      ...widget,
      views: widget.views.map(({ title, content }) => ({ title, content: leaveOutLinks(content) })),
    })),
  };
}

function leaveOutLinks(content: WidgetContent): WidgetContent {
  return content.kind === "text" ? { ...content, html: content.html.replaceAll(CONSOLE_LINK, "$1") } : content;
}
