"""The look of the report page: light, dark, on a telephone and on paper."""

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1c1f24; --quiet: #545b66;
  --line: #d5d9df; --tile: #f4f6f8; --mark: #1f5fa8; --bad: #a3251d; --good: #1d6b3c; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e9ecf0; --quiet: #a9b1bc;
  --line: #363c45; --tile: #1f242a; --mark: #7db4f0; --bad: #ff9d94; --good: #7fd6a0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font: 700 2rem/1.2 Georgia, serif; margin: 0 0 .25rem; }
h2 { font: 700 1.3rem/1.3 Georgia, serif; margin: 2.5rem 0 .75rem; }
p.about, small:not(.bad) { color: var(--quiet); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem;
  margin: 1.5rem 0; padding: 0; list-style: none; }
.tile { display: flex; flex-direction: column; justify-content: space-between;
  background: var(--tile); border: 1px solid var(--line); border-radius: .5rem;
  padding: .9rem 1rem; }
.tile b { display: block; font-size: 2.1rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
td small, th small { display: block; font-weight: 400; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; } td.number, th.number { text-align: right; white-space: nowrap; }
tr { break-inside: avoid; } .misses { table-layout: fixed; } .misses td, .misses th { width: 33%; }
.bar { width: 25%; }
.bar span { display: block; height: .7rem; margin-top: .4rem; background: var(--mark);
  border-radius: .2rem; print-color-adjust: exact; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(21rem, 100%), 1fr));
  gap: 1.5rem 2rem; align-items: start; }
figure { margin: 0; max-width: 34rem; } figcaption { font-weight: 600; padding-bottom: .4rem; }
figure svg { display: block; width: 100%; height: auto; stroke-linejoin: round; }
.wide { overflow-x: auto; margin-bottom: 1rem; } .numbers th { min-width: 4rem; }
.numbers th[scope="row"] { min-width: 9rem; }
details { border-bottom: 1px solid var(--line); padding: .5rem 0; }
summary { cursor: pointer; font-weight: 600; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
@media (max-width: 38rem) { .bar { display: none; } }
@media print { :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --quiet: #444444;
  --line: #bbbbbb; --tile: #ffffff; --mark: #1f5fa8; --bad: #a3251d; --good: #1d6b3c; }
  body { max-width: none; padding: 0; font-size: 10pt; } h2 { break-after: avoid; } }
"""
