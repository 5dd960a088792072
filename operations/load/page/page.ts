import { changesOf } from "../compare";
import { FIGURE_KEYS, FIGURES, figureText, type FigureKey, numberText } from "../figure-table";
import { type Report } from "../report-schema";
import { stateText, verdictLine, warningsOf } from "../text";
import { isPassed } from "../verdict";
import { type Chart, chartsOf } from "./charts";
import { STYLE } from "./style";
import { escapeText } from "./svg";

/** The figures at the top: of each list the first one that the run has. */
const TILES: readonly (readonly FigureKey[])[] = [
  ["requests"],
  ["coldStartPercentWithoutWarming", "heldRatePerSecond"],
  ["coldStartPercentWithWarming", "coldStartPercent"],
  ["p50Milliseconds", "allP50Milliseconds"],
  ["p99Milliseconds", "allP99Milliseconds"],
  ["errorPercent"],
  ["recoverySeconds"],
];

/** A page that shows a report, in one file that needs no other. */
export function pageOf(report: Report): string {
  const { settings, environment, startedAt } = report;
  const title = `${settings.profile}: ${environment.function} of ${environment.name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${escapeText(title)}, ${escapeText(startedAt.slice(0, 10))}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>Load test ${escapeText(title)}</h1>
<p class="soft">${escapeText(`${settings.address} · ${startedAt.replace("T", " ").slice(0, 19)} UTC · ${numberText(report.durationSeconds, 0)} s`)}</p>
</header>
${tiles(report)}
${verdicts(report)}
<div class="charts">
${chartsOf(report).map(figure).join("\n")}
</div>
${comparison(report)}
${phases(report)}
<div class="columns stack">
${keyValues(`Figures (${report.scope})`, figureRows(report))}
${keyValues("Settings", settingRows(report))}
</div>
</main>
</body>
</html>
`;
}

function tiles({ figures }: Report): string {
  const shown = TILES.flatMap((keys) => {
    const known = keys.flatMap((key) => {
      const value = figures[key];
      return value === undefined ? [] : [[FIGURES[key].label, figureText(key, value)] as const];
    });
    return known
      .slice(0, 1)
      .map(([label, text]) => `<div class="tile"><span class="soft">${label}</span><b>${text}</b></div>`);
  });
  return `<div class="tiles">${shown.join("")}</div>`;
}

function verdicts(report: Report): string {
  const rows = report.verdicts.map(
    ({ target, limit, measured, state, note = "" }) =>
      `<tr><td class="state ${state}">${stateText(state)}</td><td class="name">${escapeText(target)}</td><td class="wanted number">${escapeText(limit)}</td><td class="measured number">${escapeText(measured)}</td><td class="note soft">${escapeText(note)}</td></tr>`,
  );
  return `<section id="verdicts" class="${isPassed(report.verdicts) ? "passed" : "failed"}">
<h2>${escapeText(verdictLine(report))}</h2>
${warningsOf(report).map(paragraph).join("")}
<p class="soft">Judged: ${escapeText(report.scope)}.</p>
<table class="verdicts"><thead><tr><th></th><th>target</th><th>limit</th><th>measured</th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table>
</section>`;
}

function figure({ title, legend, svg, note }: Chart): string {
  const keys = legend.map(({ series, text }) => `<span><i class="${series}"></i>${escapeText(text)}</span>`);
  return `<section><figure><h3>${escapeText(title)}</h3>
<div class="legend">${keys.join("")}</div>${svg}${note === undefined ? "" : `<figcaption>${escapeText(note)}</figcaption>`}</figure></section>`;
}

function comparison(report: Report): string {
  if (!report.comparison) return "";
  const { startedAt, differences } = report.comparison;
  const rows = changesOf(report).map(
    ({ figure, before, now, change, direction = "" }) =>
      `<tr><td>${FIGURES[figure].label}</td><td class="number">${before}</td><td class="number">${now}</td><td class="number ${direction}">${change}${direction === "" ? "" : ` · ${direction}`}</td></tr>`,
  );
  return `<section id="comparison"><h2>Since ${escapeText(startedAt.replace("T", " ").slice(0, 19))} UTC</h2>
${differences.length > 0 ? paragraph(`Settings differ: ${differences.join("; ")}`) : ""}
<div class="scroll"><table><thead><tr><th>figure</th><th>then</th><th>now</th><th>change</th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}

function phases(report: Report): string {
  const latency = (value: number | undefined) => (value === undefined ? "-" : `${numberText(value)} ms`);
  const rows = report.phases.map((phase) => {
    const warming = phase.warming
      ? [`warmed ${phase.warming.instances} of ${phase.warming.asked}`, ...phase.warming.failures]
      : [];
    const notes = [...(phase.broken ? ["broken"] : []), ...warming].join(", ");
    return `<tr><td>${escapeText(phase.name)}</td><td>${phase.requests}</td><td>${phase.coldStarts ?? "?"}</td><td>${phase.failed}</td><td class="number">${latency(phase.p50Milliseconds)}</td><td class="number">${latency(phase.p99Milliseconds)}</td><td class="soft">${escapeText(notes)}</td></tr>`;
  });
  return `<section><h2>Step by step</h2><div class="scroll"><table><thead><tr><th></th><th>requests</th><th>cold</th><th>failed</th><th>p50</th><th>p99</th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table></div></section>`;
}

function keyValues(title: string, rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([key, value]) => `<tr><td>${escapeText(key)}</td><td>${escapeText(value)}</td></tr>`);
  return `<section><h2>${escapeText(title)}</h2><table><tbody>${cells.join("")}</tbody></table></section>`;
}

function figureRows({ figures }: Report): [string, string][] {
  return FIGURE_KEYS.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [[FIGURES[key].label, figureText(key, value)]];
  });
}

function settingRows({ settings, environment, versions }: Report): [string, string][] {
  const { profile, path, ratePerSecond, seconds, idleSeconds } = settings;
  const optional = (label: string, value: number | undefined, unit: string): [string, string][] =>
    value === undefined ? [] : [[label, `${value}${unit}`]];
  return [
    ["profile", profile],
    ["path", path],
    ...optional("rate", ratePerSecond, "/s"),
    ...optional(profile === "stress" ? "each step" : "time", seconds, " s"),
    ...optional("idle", idleSeconds, " s"),
    ["environment", `${environment.name}, ${environment.region}`],
    ...Object.entries(environment.settings),
    ["Warmwatch", versions.warmwatch],
    ["Node.js", `${versions.node}, ${versions.platform}`],
  ];
}

function paragraph(text: string): string {
  return `<p>${escapeText(text)}</p>`;
}
