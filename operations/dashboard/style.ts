/** The height of a row of a dashboard and the gap between widgets, in pixels. */
export const GRID = { row: 40, gap: 8, width: 1248 } as const;

/** What a dashboard's page has besides the style of all pages. */
export const DASHBOARD_STYLE = `
main.wide { max-width: 1680px; padding-top: 14px; }
.wide header { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: baseline; }
.wide header p { margin: 0; }
.made-up { border-left: 5px solid var(--s5); background: var(--card); padding: 8px 12px; border-radius: 6px; margin: 10px 0 0; }
.board-head { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; margin: 14px 0 8px; }
.board-head h2 { margin: 0; }
.board-head label { display: flex; gap: 8px; align-items: center; font-size: 0.87rem; color: var(--soft); }
.board-head select { font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; max-width: 70vw; }
.board-head select:focus-visible, .behind summary:focus-visible { outline: 2px solid var(--s1); outline-offset: 1px; }
.board { display: grid; grid-template-columns: repeat(24, minmax(0, 1fr)); grid-auto-rows: ${GRID.row}px; gap: ${GRID.gap}px; }
.board > section { position: relative; margin: 0; padding: 8px 10px; border-radius: 8px; display: flex; flex-direction: column; overflow: hidden; grid-area: var(--place); }
.board > section.bare { background: none; border: 0; padding: 6px 2px 0; }
.board h3 { font-size: 0.85rem; font-weight: 650; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; flex: none; }
.board figure h3 { padding-right: 24px; }
.board .short h3 { white-space: normal; }
.board h3:has(+ .count) { padding-right: 90px; }
.board figure { display: flex; flex-direction: column; flex: 1; min-height: 0; }
.board .place { flex: 1; min-height: 0; position: relative; }
.board .place > svg { display: block; width: 100%; height: 100%; margin: 0; max-width: none; }
.board .place > div { position: absolute; inset: 0; }
.board .unit { font-size: 0.74rem; line-height: 1.2; flex: none; }
.board .legend { gap: 0 12px; font-size: 0.78rem; line-height: 1.45; flex: none; min-height: 0; max-height: 4.4em; overflow: auto; }
.board .legend i { width: 14px; margin-right: 5px; }
.behind > summary { position: absolute; top: 6px; right: 6px; width: 22px; height: 22px; padding: 5px 4px; list-style: none; border-radius: 4px; }
.behind > summary:hover, .behind[open] > summary { color: var(--text); background: var(--line); }
.behind > summary::before { content: ""; display: block; height: 11px; background: repeating-linear-gradient(currentcolor 0 2px, transparent 2px 4.5px) right / 8px 100% no-repeat, repeating-linear-gradient(currentcolor 0 2px, transparent 2px 4.5px) left / 4px 100% no-repeat; }
.behind > summary::-webkit-details-marker { display: none; }
.behind[open] > .scroll { position: absolute; inset: 26px 0 0; z-index: 2; padding: 0 10px; background-color: var(--card); }
.board .scroll { flex: 1; min-height: 0; }
.board table { font-size: 0.82rem; }
.board td, .board th { padding: 3px 10px 3px 0; white-space: nowrap; }
.board th { font-size: 0.78rem; position: sticky; top: 0; background: var(--card); }
.numbers { flex: 1; display: flex; flex-direction: column; justify-content: center; align-items: center; }
.numbers b { font-size: 1.9rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.2; }
.numbers.many { align-items: stretch; gap: 2px; }
.numbers.many div { display: flex; gap: 10px; align-items: baseline; }
.numbers.many b { font-size: 1.1rem; min-width: 3.4em; text-align: right; }
.numbers.many span { font-size: 0.78rem; line-height: 1.25; }
.alarms, .bars { list-style: none; margin: 4px 0 0; padding: 0; font-size: 0.82rem; }
.alarms { columns: 230px; column-gap: 20px; }
.alarms li { display: flex; justify-content: space-between; gap: 8px; padding: 2px 0; break-inside: avoid; }
.alarms span { overflow-wrap: anywhere; }
.alarms .bad-text-item { font-weight: 650; }
.board .count { position: absolute; top: 8px; right: 10px; font-size: 0.78rem; }
.bars li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 8px; padding: 3px 0; }
.bars i { flex-basis: 100%; flex-grow: 0; flex-shrink: 0; max-width: 100%; height: 7px; border-radius: 4px; background: var(--s1); }
.markdown { font-size: 0.87rem; overflow: auto; overflow-wrap: anywhere; min-height: 0; }
.markdown p { margin: 0 0 6px; }
.markdown h1, .markdown h2 { font-size: 1.02rem; margin: 0; }
.markdown a { color: var(--s1); }
.note { margin: 6px 0; font-size: 0.85rem; white-space: normal; }
.board pre { font-size: 0.76rem; white-space: pre-wrap; overflow-wrap: anywhere; }
@media print {
  @page { size: A3 landscape; margin: 10mm; }
  .behind, .board-head select { display: none; }
}
@media (max-width: 700px) {
  .board { grid-template-columns: repeat(2, minmax(0, 1fr)); grid-auto-rows: auto; }
  .board > section { grid-area: auto / span 2; max-height: 420px; }
  .board > section.short { grid-area: auto / span 1; }
  .board > section.bare { max-height: none; }
  .board .place { min-height: 190px; height: 190px; flex: none; }
  .board .behind[open] ~ .place { min-height: 260px; }
  .numbers { align-items: flex-start; }
  .numbers b { font-size: 1.4rem; }
}
`;
