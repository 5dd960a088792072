/** The page's style: light, or dark where the reader's system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f6f8; --card: #ffffff; --text: #1b2330; --soft: #5a6675; --line: #dde2e8;
  --s1: #2563c9; --s2: #0b7a6d; --s3: #a14bc4; --s4: #d9480f;
  --s5: #9a6700; --s6: #c2255c; --s7: #4d7c0f; --s8: #5c6b7d;
  --met: #1a7f43; --missed: #c62828; --unknown: #66717f; --shadow: #1b233033;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1b212a; --text: #e6eaf0; --soft: #9aa6b5; --line: #323b47;
    --s1: #6ea8fe; --s2: #3fcfb8; --s3: #cf8df0; --s4: #ff8a50;
    --s5: #e3b341; --s6: #ff7eb0; --s7: #a3d46b; --s8: #a5b1c2;
    --met: #5bd18a; --missed: #ff7b72; --unknown: #97a3b1; --shadow: #000000b0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 20px 16px 48px; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 8px; }
h3 { font-size: 0.95rem; margin: 0; }
p { margin: 0 0 8px; }
.soft, figcaption { color: var(--soft); font-size: 0.87rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 16px; margin-top: 16px; min-width: 0; }
section section { border: 0; padding: 0; margin-top: 12px; }
.good { border-left: 5px solid var(--met); }
.bad { border-left: 5px solid var(--missed); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(135px, 1fr)); gap: 12px; margin-top: 16px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.tile b { display: block; font-size: 1.3rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 16px; margin-top: 16px; }
.charts section { margin: 0; padding: 14px 12px; }
figure { margin: 0; }
figure > svg { display: block; width: 100%; max-width: 620px; height: auto; margin: 6px auto 0; }
figure > svg.narrow { display: none; }
.live { height: 280px; margin-top: 6px; }
@media screen { figure.enlivened > svg { display: none !important; } }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: 0.87rem; color: var(--soft); min-height: 1.4em; }
.legend i { display: inline-block; margin-right: 6px; vertical-align: middle; width: 20px; border-top: 3px solid; }
.legend .dashed { border-top-style: dashed; } .legend .dotted { border-top-style: dotted; }
.legend .block, .legend .circle, .legend .diamond, .legend .triangle { width: 10px; height: 10px; border: 0; background: currentcolor; }
.legend .circle { border-radius: 50%; } .legend .diamond { rotate: 45deg; width: 9px; height: 9px; }
.legend .triangle { clip-path: polygon(50% 0, 100% 100%, 0 100%); }
.legend button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
.legend button[aria-pressed="false"] { text-decoration: line-through; opacity: 0.6; }
.legend button:focus-visible { outline: 2px solid var(--s1); }
.limit { color: var(--missed); }
.missing-charts { margin: 16px 0 0; padding: 0 0 0 18px; color: var(--soft); }
summary { cursor: pointer; color: var(--soft); font-size: 0.87rem; padding: 4px 0; }
.scroll {
  overflow: auto;
  background:
    linear-gradient(to right, var(--card) 30%, transparent) left / 44px 100% no-repeat local,
    linear-gradient(to left, var(--card) 30%, transparent) right / 44px 100% no-repeat local,
    linear-gradient(var(--card) 30%, transparent) top / 100% 44px no-repeat local,
    linear-gradient(to top, var(--card) 30%, transparent) bottom / 100% 44px no-repeat local,
    linear-gradient(to right, var(--shadow), transparent) left / 16px 100% no-repeat scroll,
    linear-gradient(to left, var(--shadow), transparent) right / 16px 100% no-repeat scroll,
    linear-gradient(var(--shadow), transparent) top / 100% 12px no-repeat scroll,
    linear-gradient(to top, var(--shadow), transparent) bottom / 100% 12px no-repeat scroll;
}
.scroll:focus-visible { outline: 2px solid var(--s1); }
.tall { max-height: 320px; }
.tall th, .tall td { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.93rem; }
th { text-align: left; color: var(--soft); font-weight: 600; font-size: 0.85rem; }
th, td { padding: 5px 10px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.good-text, .bad-text, .unknown-text { font-weight: 650; white-space: nowrap; }
.good-text { color: var(--met); } .bad-text { color: var(--missed); } .unknown-text { color: var(--unknown); }
pre { margin: 0; font-size: 0.87rem; }
.footnote, .hint { margin: 16px 0 0; }
.s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); } .s4 { color: var(--s4); }
.s5 { color: var(--s5); } .s6 { color: var(--s6); } .s7 { color: var(--s7); } .s8 { color: var(--s8); }
@media print {
  section, .tile { break-inside: avoid; }
  .tall { max-height: none; }
  .live, .hint { display: none; }
}
@media (max-width: 600px) {
  main { padding: 14px 10px 32px; }
  figure > svg.wide { display: none; } figure > svg.narrow { display: block; max-width: 560px; }
  .stacked, .stacked tbody { display: block; }
  .stacked thead { position: absolute; width: 1px; height: 1px; overflow: hidden; display: block; clip-path: inset(50%); }
  .stacked tr { display: block; padding: 8px 0; border-bottom: 1px solid var(--line); }
  .stacked tr:last-child { border-bottom: 0; }
  .stacked td { display: flex; justify-content: space-between; gap: 14px; border: 0; padding: 1px 0; text-align: right; overflow-wrap: anywhere; white-space: normal; }
  .stacked td:empty { display: none; }
  .stacked td::before { content: attr(data-heading); color: var(--soft); text-align: left; white-space: nowrap; font-weight: 400; }
}
`;
