/** The style of the page: phone and desk, light, dark and print. Charts take their colours from here. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d5dae0; --code: #f1f3f6;
--link: #0757b8; --critical: #b3161c; --error: #c2410c; --warning: #8a5a00; --info: #0b5fa5; --ok: #1f8a5b; --ended: #6d7f95; --spike: #b3161c;
--cause-1: #b3161c; --cause-2: #e07b00; --cause-3: #7a4fc9; --cause-4: #0b77b5; --cause-5: #a0527a; --cause-6: #5f7a12; --cause-7: #7d8590;
--mark: #ffe9a8; --added: #dcf5e3; --removed: #fde2e2; }
@media screen and (prefers-color-scheme: dark) { :root { --page: #101418; --card: #181d23; --ink: #e4e8ed; --soft: #9aa5b1; --line: #303842; --code: #12171c;
--link: #7ab8ff; --critical: #ff8078; --error: #ff9e64; --warning: #e8b64c; --info: #74b9ff; --ok: #4fc28d; --ended: #8195ad; --spike: #ff8078;
--cause-1: #ff8078; --cause-2: #f0a030; --cause-3: #b79bff; --cause-4: #5fb8f0; --cause-5: #e08fb8; --cause-6: #a9c34f; --cause-7: #98a2ad;
--mark: #5a4a12; --added: #16382a; --removed: #44201f; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.5rem; }
h1 { font-size: clamp(1.5rem, 4vw, 2.2rem); line-height: 1.2; margin: .2rem 0 .8rem; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 0 0 .6rem; } h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
h4 { font-size: .8rem; margin: 1.4rem 0 .4rem; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); }
p { margin: .4rem 0; } a { color: var(--link); } .soft { color: var(--soft); font-weight: 400; }
.kicker { color: var(--soft); font-size: .95rem; overflow-wrap: anywhere; } .lead { font-size: 1.08rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .8rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
main > section, .verdict-card, .incident, .fold { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.2rem 1.4rem; margin: 1.2rem 0; }
main > section.plain { background: none; border: 0; padding: 0; }
.verdict-card { border-left: 5px solid var(--ok) !important; } .verdict-card.critical { border-left-color: var(--critical) !important; }
.verdict-card.error { border-left-color: var(--error) !important; } .verdict-card.warning { border-left-color: var(--warning) !important; } .verdict-card.info { border-left-color: var(--info) !important; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; margin: 1.2rem 0; }
.tiles div { background: var(--card); padding: .8rem 1.1rem; } .tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.4rem; font-weight: 650; font-variant-numeric: tabular-nums; } .tiles small { display: block; font-size: .82rem; font-weight: 400; color: var(--soft); line-height: 1.35; }
figure { margin: .8rem 0 0; } figcaption { display: flex; flex-wrap: wrap; gap: .2rem .8rem; align-items: baseline; font-size: .95rem; }
.chart { display: block; width: 100%; height: auto; overflow: visible; font: 11px system-ui, sans-serif; } .narrow { display: none; }
.chart text { fill: var(--soft); } .chart text[fill^="var"], .chart g[fill^="var"] text { fill: inherit; }
.legend, .events { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .9rem; }
.legend { flex-basis: 100%; } .events { display: block; }
.swatch { display: inline-block; width: .75em; height: .75em; border-radius: 2px; margin-right: .4em; }
.cause-1 { background: var(--cause-1); } .cause-2 { background: var(--cause-2); } .cause-3 { background: var(--cause-3); } .cause-4 { background: var(--cause-4); }
.cause-5 { background: var(--cause-5); } .cause-6 { background: var(--cause-6); } .cause-7 { background: var(--cause-7); }
.badge { display: inline-block; font-size: .75rem; font-weight: 650; border: 1px solid currentColor; border-radius: 99px; padding: 0 .55rem; line-height: 1.5; vertical-align: .1em; }
.badge.critical, .critical > summary .badge { color: var(--critical); } .badge.error, .error > summary .badge { color: var(--error); }
.badge.warning, .warning > summary .badge { color: var(--warning); } .badge.info, .info > summary .badge { color: var(--info); }
.against { color: var(--warning); font-weight: 600; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th, td { text-align: left; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-size: .8rem; font-weight: 600; color: var(--soft); white-space: nowrap; } tbody tr:last-child td { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-right: 1.2rem; }
.place { min-width: 11rem; } .place, .folded td { overflow-wrap: anywhere; } table .chart { width: 340px; max-width: 100%; } table.small { width: auto; min-width: 14rem; }
.folded { font-size: .85rem; } .folded td:nth-child(4), .folded td:nth-child(5), .folded td:first-child { text-align: right; padding-right: 1.2rem; }
code, pre, dt, .lines dd { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .86rem; } .tiles dt { font-family: inherit; }
code { overflow-wrap: anywhere; } pre { background: var(--code); border: 1px solid var(--line); border-radius: 6px; padding: .7rem .9rem; margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.5; position: relative; }
pre code { font-size: inherit; } .shell code::before { content: "$ "; color: var(--soft); } mark { background: var(--mark); color: inherit; }
pre mark { display: inline-block; width: 100%; } .diff ins { background: var(--added); text-decoration: none; } .diff del { background: var(--removed); text-decoration: none; } .diff .file { font-weight: 650; }
p, li, dt, dd, figcaption { overflow-wrap: anywhere; } .lines { margin: 0; } .lines dt { color: var(--soft); margin-top: .5rem; } .lines dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; } .incident > summary h3 { display: inline; font-size: 1.08rem; } .incident > summary > .soft { display: block; padding-left: 1.1rem; font-size: .92rem; overflow-wrap: anywhere; }
.incident[open] > summary { border-bottom: 1px solid var(--line); padding-bottom: .8rem; margin-bottom: .8rem; } .title { overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 24rem); gap: 0 2rem; } .columns figure { margin-top: .3rem; }
li { margin: .25rem 0; } ol > li { margin: .6rem 0; } .or { border-left: 3px solid var(--warning); padding-left: .8rem; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 0 0 .8rem; }
input, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 6px; padding: .3rem .7rem; } input { flex: 1 1 14rem; min-width: 0; } button { cursor: pointer; }
pre button { position: absolute; top: .35rem; right: .35rem; font: 12px system-ui, sans-serif; padding: .1rem .5rem; opacity: 0; } pre:hover button, pre button:focus { opacity: 1; }
footer { padding-bottom: 3rem; color: var(--soft); font-size: .9rem; }
@media (max-width: 46rem) {
main, header, footer { padding: 0 .9rem; } header { padding-top: 1.4rem; } main > section, .verdict-card, .incident, .fold { padding: .9rem 1rem; } .columns { display: block; }
.wide { display: none; } .narrow { display: block; } .tiles { grid-template-columns: 1fr 1fr; }
.stacked thead { display: none; } .stacked, .stacked tbody, .stacked td { display: block; } .stacked tr { display: flex; flex-wrap: wrap; gap: .15rem .9rem; }
.stacked td:has(svg), .stacked td:has(code), .stacked .place { flex-basis: 100%; } .stacked .verdict { flex-basis: 100%; order: -1; font-weight: 600; } .stacked .verdict::before { content: none; } .stacked tr { padding: .6rem 0; border-bottom: 1px solid var(--line); } .place { min-width: 0; } .stacked tr:last-child { border: 0; }
.stacked td { border: 0; padding: .1rem 0; text-align: left; white-space: normal; } .stacked td::before { content: attr(data-head) " "; color: var(--soft); font-size: .82rem; } .stacked td:empty { display: none; } }
@media print { :root { color-scheme: light; } body { background: #fff; font-size: 10pt; } main, header, footer { max-width: none; padding: 0; } .tools, .skip, nav, pre button { display: none; }
main > section, .incident { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: .6rem 0; } figure, pre, tr, .lead, .tiles { break-inside: avoid; } h2, h3, h4, summary { break-after: avoid; }
.swatch, mark, ins, del { print-color-adjust: exact; } a { color: inherit; text-decoration: none; } .scroll { overflow: visible; } }
`;
