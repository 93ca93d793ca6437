/** The style of the HTML report: readable in light, dark and print. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --critical: #c4161c; --warning: #a15c00; --info: #0969a8; }
@media (prefers-color-scheme: dark) { :root { --critical: #ff7b72; --warning: #e3a33b; --info: #6cb6ff; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; } h3 { font-size: 1rem; margin: 1rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; opacity: .7; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: 13px/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .6rem .8rem; border-radius: 4px; white-space: pre-wrap; }
details { border-top: 1px solid var(--line); padding: .5rem 0; } details details { border: 0; }
summary { cursor: pointer; font-weight: 600; } summary code { font-weight: 400; opacity: .7; float: right; }
.critical, .error { color: var(--critical); font-weight: 600; } .warning, .against { color: var(--warning); } .info { color: var(--info); }
.why { opacity: .75; } svg { display: block; max-width: 100%; fill: currentColor; opacity: .7; }
@media print { details { break-inside: avoid; } }
`;
