namespace PerfGate.Core.Reports;

/// <summary>The look of the HTML report. Text colours keep a contrast of 4.5 : 1 or more on both grounds (WCAG AA).</summary>
internal static class ReportStyle
{
    /// <summary>The style sheet.</summary>
    public const string Css = """
        :root{color-scheme:light dark;--ground:#f5f6f8;--card:#fff;--ink:#1a1d23;--soft:#565d6b;--line:#dde1e8;--grid:#e6e9ef;--track:#e9ecf1;
        --pass:#176b37;--pass-soft:#e3f4e8;--fail:#b3201f;--fail-soft:#fde8e7;--open:#8a5000;--open-soft:#fdf0da;--error:#6b3fa0;--error-soft:#f0e9f9;
        --s1:#1f6fd1;--s2:#b75a00;--s3:#a02c86;--s4:#17776f;--p1:#7a8496;--p2:#1f6fd1;--p3:#6b3fa0;--p4:#17776f;--p5:#b75a00;--p6:#a02c86}
        @media (prefers-color-scheme:dark){:root{--ground:#12151a;--card:#1b1f27;--ink:#e8ebf0;--soft:#a3acba;--line:#323945;--grid:#2a303b;--track:#2b313c;
        --pass:#6fd08f;--pass-soft:#16301f;--fail:#ff9089;--fail-soft:#3d1a1a;--open:#f2b75c;--open-soft:#382911;--error:#c9a6f5;--error-soft:#2c2140;
        --s1:#6db0ff;--s2:#f5a04d;--s3:#ef8bd6;--s4:#57c9bd;--p1:#99a3b5;--p2:#6db0ff;--p3:#c9a6f5;--p4:#57c9bd;--p5:#f5a04d;--p6:#ef8bd6}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
        .page{max-width:1120px;margin:0 auto;padding:24px 20px 48px}
        h1,h2,h3,p,ul,dl,figure{margin:0}
        h1{font-size:1.6rem;line-height:1.25}
        h2{font-size:1.15rem;margin:0 0 12px}
        h3{font-size:.95rem;margin:0}
        .soft{color:var(--soft)}
        .small{font-size:.875rem}
        .lead{margin:0 0 14px;color:var(--soft);max-width:75ch}
        section,.verdict{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin-top:16px}
        .top{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;justify-content:space-between}
        .verdict{border-left-width:8px}
        .verdict h1{display:flex;gap:12px;align-items:center}
        .verdict ul{list-style:none;padding:0;margin-top:12px}
        .verdict li{padding:8px 0;border-top:1px solid var(--line)}
        .verdict li:first-child{border-top:0}
        .verdict code{color:var(--soft);font-size:.8rem;white-space:nowrap}
        .mark{flex:none;display:inline-grid;place-items:center;width:1.6em;height:1.6em;border-radius:50%;font-weight:700;font-size:1em;line-height:1}
        .passed{border-left-color:var(--pass)} .failed{border-left-color:var(--fail)} .inconclusive{border-left-color:var(--open)} .error{border-left-color:var(--error)}
        .passed .mark{background:var(--pass-soft);color:var(--pass)} .failed .mark{background:var(--fail-soft);color:var(--fail)}
        .inconclusive .mark{background:var(--open-soft);color:var(--open)} .error .mark{background:var(--error-soft);color:var(--error)}
        .passed h1{color:var(--pass)} .failed h1{color:var(--fail)} .inconclusive h1{color:var(--open)} .error h1{color:var(--error)}
        .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(185px,1fr));gap:12px}
        .fact{background:var(--ground);border-radius:8px;padding:12px 14px}
        .fact dt{color:var(--soft);font-size:.85rem}
        .fact dd{margin:0;font-size:1.35rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}
        .fact.over{box-shadow:inset 4px 0 0 var(--fail)} .fact.over dd:not(.note){color:var(--fail)}
        .fact dd.note{text-wrap:pretty;font-size:.8rem;font-weight:400;color:var(--soft);line-height:1.4}
        table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
        th,td{text-align:left;padding:8px 10px;border-bottom:1px solid var(--line);vertical-align:top}
        tbody tr:last-child>*{border-bottom:0}
        thead th{color:var(--soft);font-weight:600;font-size:.8rem;vertical-align:bottom;white-space:normal;overflow-wrap:normal}
        tbody th{font-weight:600;min-width:10em}
        .n{text-align:right;white-space:nowrap}
        .out{font-weight:650;white-space:nowrap}
        .good{color:var(--pass)} .poor{color:var(--fail)} .unsure{color:var(--open)}
        code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
        .why{display:block;color:var(--soft);font-weight:400;font-size:.85rem}
        .bar{display:block;height:6px;border-radius:3px;background:var(--track);margin-top:6px;min-width:60px;overflow:hidden}
        .bar>i{display:block;height:100%;background:var(--s1);border-radius:3px}
        .bar.hot>i{background:var(--fail)}
        .charts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 28px}
        figcaption{display:flex;flex-wrap:wrap;gap:2px 16px;align-items:baseline;margin-bottom:8px}
        .legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:0 14px;font-size:.8rem;color:var(--soft)}
        .legend li{display:inline-flex;align-items:center;gap:5px}
        .legend output{color:var(--ink);font-variant-numeric:tabular-nums}
        .key{width:24px;height:8px;flex:none}
        .plot{display:grid;grid-template-columns:58px minmax(0,1fr);grid-template-rows:190px 20px}
        .area{position:relative;touch-action:pan-y;outline-offset:3px}
        .area svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}
        .y-axis,.x-axis{position:relative;color:var(--soft);font-size:.72rem;font-variant-numeric:tabular-nums}
        .y-axis span{position:absolute;right:8px;transform:translateY(50%);white-space:nowrap}
        .x-axis{grid-column:2}
        .x-axis span{position:absolute;top:4px;transform:translateX(-50%);white-space:nowrap}
        .x-axis span:first-child{transform:none}
        .cursor{position:absolute;top:0;bottom:0;width:1px;background:var(--soft);pointer-events:none}
        .cursor b{position:absolute;top:calc(100% + 3px);left:0;z-index:1;transform:translateX(-50%);font-size:.72rem;background:var(--ink);color:var(--card);padding:0 5px;border-radius:3px;white-space:nowrap}
        path{vector-effect:non-scaling-stroke}
        .line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
        .fill{fill:currentColor;opacity:.14;stroke:none}
        .grid{fill:none;stroke:var(--grid);stroke-width:1}
        svg .s1,.s1>.key{color:var(--s1)} svg .s2,.s2>.key{color:var(--s2)} svg .s3,.s3>.key{color:var(--s3)} svg .s4,.s4>.key{color:var(--s4)}
        svg .bad,.bad>.key{color:var(--fail)} svg .warn,.warn>.key{color:var(--open)} svg .bound,.bound>.key{color:var(--soft)}
        .s2 .line{stroke-dasharray:7 3} .s3 .line{stroke-dasharray:2 4} .warn .line{stroke-dasharray:6 4} .bound .line{stroke-dasharray:4 4;stroke-width:1.5}
        .dense .area g:not(.bound) .line{stroke-width:1;stroke-dasharray:none}
        .band{fill:currentColor;fill-opacity:.3;stroke:currentColor;stroke-width:1;stroke-linejoin:round}
        .stack{display:flex;height:26px;border-radius:6px;overflow:hidden;background:var(--track);gap:1px}
        .stack i{display:block;min-width:1px}
        .swatch{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:8px;vertical-align:-.05em}
        .p1{background:var(--p1)} .p2{background:var(--p2)} .p3{background:var(--p3)} .p4{background:var(--p4)} .p5{background:var(--p5)} .p6{background:var(--p6)}
        .pairs{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:6px 20px;font-size:.9rem}
        .pairs dt{color:var(--soft)} .pairs dd{margin:0}
        .scroll{overflow-x:auto}
        details{margin-top:14px} summary{cursor:pointer;color:var(--soft);font-size:.9rem}
        details>*+*{margin-top:10px}
        h2+.pairs+h3,.pairs+h3,table+h3,.scroll+h3{margin:18px 0 8px}
        footer{margin-top:20px;color:var(--soft);font-size:.85rem}
        :focus-visible{outline:3px solid var(--s1)}
        @media (max-width:860px){.charts{grid-template-columns:minmax(0,1fr)}}
        @media screen and (max-width:680px){
        .page{padding:14px 10px 32px} section,.verdict{padding:14px;border-radius:10px} h1{font-size:1.3rem}
        .facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px} .fact dd{font-size:1.15rem}
        .plot{grid-template-columns:50px minmax(0,1fr);grid-template-rows:170px 20px}
        table.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        table.cards,table.cards tbody{display:block}
        table.cards tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:6px 10px;padding:12px 0;border-bottom:1px solid var(--line)}
        table.cards tr:last-child{border-bottom:0}
        table.cards th,table.cards td{display:block;border:0;padding:0;min-width:0;text-align:left;white-space:normal}
        table.cards td.out{white-space:normal;overflow-wrap:normal}
        table.cards tbody th,table.cards .wide{grid-column:1/-1}
        table.cards td[data-label]::before{content:attr(data-label);display:block;color:var(--soft);font-size:.75rem;font-weight:400}
        .pairs{grid-template-columns:1fr;gap:0} .pairs dd{margin-bottom:8px}
        }
        @media print{:root{color-scheme:light}body{background:#fff;font-size:11px}.page{max-width:none;padding:0}section,.verdict,figure,tr{break-inside:avoid}
        section,.verdict{border-radius:0;padding:10px;margin-top:8px}.plot{grid-template-rows:130px 20px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """;
}
