/** What the page of a running environment has besides the style of all pages and of dashboards. */
export const LIVE_STYLE = `
[hidden] { display: none !important; }
.bar { position: sticky; top: 0; z-index: 5; display: flex; flex-wrap: wrap; gap: 2px 18px; align-items: baseline; padding: 8px 16px; background: var(--card); border-bottom: 1px solid var(--line); }
.bar h1 { font-size: 1.15rem; margin: 0 auto 0 0; }
#clock { font-variant-numeric: tabular-nums; }
.problem { margin: 10px 16px 0; padding: 8px 12px; border-left: 5px solid var(--missed); border-radius: 6px; background: var(--card); white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.9rem; }
.live-page { display: grid; grid-template-columns: minmax(0, 1fr) 384px; gap: 0 14px; padding: 0 16px 40px; max-width: 2100px; margin: 0 auto; }
.live-page main { max-width: none; margin: 0; padding: 4px 0 0; min-width: 0; grid-area: 1 / 1; }
.live-page aside { grid-area: 1 / 2; position: sticky; top: 43px; align-self: start; max-height: calc(100vh - 43px); overflow-y: auto; padding-bottom: 12px; }
.disconnected :is(.live-page, #ringing, #clock) { opacity: 0.5; }
.events { white-space: pre-line; }
.live-page aside section { padding: 10px 12px; margin-top: 12px; }
.live-page aside h2 { font-size: 0.95rem; margin: 0 0 6px; }
.live-page aside { font-size: 0.87rem; }
.board-head .points { margin-left: auto; }
.live-page button, .live-page select, .live-page input, .live-page textarea { font: inherit; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; }
.live-page .legend button { color: inherit; background: none; border: 0; padding: 0; }
.live-page button { cursor: pointer; }
.live-page button.main { background: var(--s1); border-color: var(--s1); color: var(--card); font-weight: 650; }
.live-page button:disabled { opacity: 0.55; cursor: default; }
.live-page :is(button, select, input, textarea, summary):focus-visible { outline: 2px solid var(--s1); outline-offset: 1px; }
.row { display: flex; gap: 6px; margin-top: 6px; align-items: center; }
.row > .wide-field { flex: 1; min-width: 0; width: 100%; }
#try textarea { width: 100%; margin-top: 6px; min-height: 76px; resize: vertical; font: 0.8rem/1.4 ui-monospace, monospace; }
#try select { max-width: 100%; }
#try output { display: block; min-height: 1.5em; margin-top: 4px; overflow-wrap: anywhere; }
.group { margin-top: 8px; }
.group:first-child { margin-top: 0; }
.group > p { margin: 0 0 4px; display: flex; gap: 8px; justify-content: space-between; flex-wrap: wrap; }
.instances { display: grid; grid-template-columns: repeat(auto-fill, minmax(108px, 1fr)); gap: 4px; }
.instance { padding: 3px 6px; border: 1px solid var(--line); border-left-width: 4px; border-radius: 6px; font-size: 0.74rem; line-height: 1.35; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
.instance b { display: block; }
.instance.starting { border-left-color: var(--s5); } .instance.starting b { color: var(--s5); }
.instance.busy { border-left-color: var(--s1); } .instance.busy b { color: var(--s1); }
.instance.pinged { border-left-color: var(--s2); } .instance.pinged b { color: var(--s2); }
.instance.marked { outline: 2px solid var(--s1); }
.share { height: 6px; border-radius: 3px; background: var(--line); overflow: hidden; }
.share i { display: block; height: 100%; background: var(--s1); transition: width 0.3s; }
.live-page aside table { font-size: 0.82rem; }
.live-page aside td, .live-page aside th { padding: 1px 10px 1px 0; }
.lines { list-style: none; margin: 0; padding: 0; max-height: 300px; overflow: auto; font-variant-numeric: tabular-nums; }
.lines > li { padding: 3px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.lines > li:last-child { border-bottom: 0; }
.lines summary { color: var(--text); font-size: inherit; padding: 0; list-style: none; }
.lines summary::-webkit-details-marker { display: none; }
.request { display: grid; grid-template-columns: 66px minmax(0, 1fr) auto 62px; gap: 0 8px; }
.request > :nth-child(2) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.request > :last-child { text-align: right; }
.request-more { padding-left: 74px; font-size: 0.8rem; }
.request-more .soft { font-size: inherit; }
#rollouts pre, .lines pre { font-size: 0.74rem; white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0; max-height: 240px; overflow: auto; }
.live-page .bad-text-item { color: var(--missed); }
.live-page .numbers.many div { flex-wrap: wrap; gap: 0 10px; }
.live-page .numbers.many b { min-width: 0; text-align: left; }
.cold { color: var(--s5); }
.alarm > summary { display: flex; gap: 8px; justify-content: space-between; }
.alarm p { margin: 4px 0; white-space: pre-wrap; }
@media (prefers-reduced-motion: reduce) {
  .share i { transition: none; }
}
@media (max-width: 1080px) {
  .live-page { grid-template-columns: minmax(0, 1fr); padding: 0 10px 32px; }
  .live-page main { grid-area: 2 / 1; }
  .live-page aside { grid-area: 1 / 1; position: static; max-height: none; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 0 12px; }
  .lines { max-height: 220px; }
}
@media (max-width: 600px) {
  .bar { padding: 8px 10px; }
  .only-wide { display: none; }
}
`;
