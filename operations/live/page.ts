import { createHash } from "node:crypto";
import { DASHBOARD_STYLE } from "../dashboard/style";
import { escapeText } from "../document/escape-text";
import { bundlePageScript } from "../document/page-script";
import { STYLE } from "../document/style";
import { LIVE_STYLE } from "./style";

const SCRIPT = "operations/live/browser/main.ts";

/** A page with the policy that its server has to send. */
export interface LivePage {
  readonly html: string;
  /** https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP */
  readonly policy: string;
}

/** The page that shows an environment that runs on this computer. Its script fills it. */
export async function renderLivePage(environmentName: string): Promise<LivePage> {
  const script = await bundlePageScript(SCRIPT);
  const name = escapeText(environmentName);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${name} on this computer</title>
<style>${STYLE}${DASHBOARD_STYLE}${LIVE_STYLE}</style>
</head>
<body>
<header class="bar">
<h1>${name} <span class="soft">on this computer</span></h1>
<span class="soft" id="clock"></span>
<b id="ringing" role="status"></b>
<b id="connection" class="unknown-text" role="status">connecting</b>
</header>
<noscript><p class="problem">This page needs JavaScript. The terminal shows the same figures.</p></noscript>
<div class="problem" id="problem" role="alert" hidden></div>
<div class="live-page">
<aside aria-label="What happens now">
<section aria-labelledby="try-title"><h2 id="try-title">Try it</h2><div id="try"></div></section>
<section aria-labelledby="instances-title"><h2 id="instances-title">Execution environments</h2><div id="instances"></div></section>
<section aria-labelledby="rollouts-title" hidden><h2 id="rollouts-title">Rollouts</h2><div id="rollouts"></div></section>
<section aria-labelledby="requests-title"><h2 id="requests-title">Requests and events</h2><div id="requests"></div></section>
<section aria-labelledby="alarms-title"><h2 id="alarms-title">Alarms</h2><div id="alarms"></div></section>
<section aria-labelledby="rounds-title" hidden><h2 id="rounds-title">Warming rounds</h2><div id="rounds"></div></section>
<section aria-labelledby="events-title" hidden><h2 id="events-title">Also happened</h2><div id="events" class="events"></div></section>
<section aria-labelledby="notes-title" hidden><h2 id="notes-title">Notes</h2><div id="notes"></div></section>
</aside>
<main aria-label="Dashboard">
<div class="board-head" id="board-head"></div>
<div class="board" id="board"></div>
</main>
</div>
<script>${script}</script>
</body>
</html>
`;
  const hash = createHash("sha256").update(script).digest("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${hash}'`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return { html, policy };
}
