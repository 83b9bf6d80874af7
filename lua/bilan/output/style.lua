--- The style sheet of HTML pages: one text, no outside font, image or script.
--
-- Light and dark by the reader's setting, a phone layout, and a print layout. Text has a contrast
-- of 10:1 (ink) and at least 5.5:1 (notes, links) in all three, which a test computes. Nothing is
-- told by colour alone: verdicts have a mark and a word, nets are named below the table.
return [[
:root{color-scheme:light dark;--paper:#fff;--tint:#f5f6f4;--ink:#1d232b;--soft:#545d69;
--line:#d5d9de;--rule:#1d232b;--accent:#14535c;--warn:#7a3e00;--warn-bg:#fff4e2}
@media (prefers-color-scheme:dark){:root{--paper:#15191e;--tint:#1d232a;--ink:#e7eaee;
--soft:#aab3bf;--line:#38414c;--rule:#aab3bf;--accent:#86c9d2;--warn:#ffcf8f;--warn-bg:#33260f}}
*{box-sizing:border-box}
html{font-size:100%;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);line-height:1.55;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans","DejaVu Sans",sans-serif}
main,header.cover,nav.contents,footer{max-width:52rem;margin:0 auto;padding:0 1.5rem}
header.cover{padding-top:4rem;padding-bottom:1.5rem}
h1{font-size:2.15rem;line-height:1.18;margin:0 0 .5rem;letter-spacing:-.015em;text-wrap:balance}
.subtitle{font-size:1.2rem;color:var(--soft);margin:0 0 1rem;line-height:1.4}
.byline{color:var(--soft);margin:0;max-width:none;padding-top:1rem;border-top:3px solid var(--accent)}
h2{font-size:1.5rem;line-height:1.25;margin:3rem 0 .75rem;padding-top:.75rem;
border-top:1px solid var(--line)}
h3{font-size:1.18rem;margin:2rem 0 .5rem}
h4{font-size:1rem;margin:1.5rem 0 .5rem}
h2 .no,h3 .no,h4 .no{color:var(--accent);font-weight:500;margin-right:.55em}
p,ul,ol{margin:.7rem 0;max-width:42rem}
li{margin:.2rem 0}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible,.scroll:focus-visible,summary:focus-visible{outline:3px solid var(--accent);
outline-offset:2px}
code{font-family:ui-monospace,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:.9em;
background:var(--tint);padding:.1em .3em;border-radius:3px}
blockquote{margin:.8rem 0;padding:.1rem 0 .1rem 1rem;border-left:3px solid var(--line);
max-width:42rem;color:var(--soft)}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--paper);padding:.5rem 1rem}
nav.contents h2{font-size:.95rem;font-weight:600;color:var(--soft);border:0;margin:1rem 0 .3rem;
padding:0}
nav.contents ol{list-style:none;margin:0;padding:0}
nav.contents li{margin:0}
nav.contents li ol{padding-left:1.6rem}
nav.contents a{display:block;padding:.2rem 0;text-decoration:none}
nav.contents a:hover{text-decoration:underline}
nav.contents .no{display:inline-block;min-width:1.6rem;color:var(--soft);
font-variant-numeric:tabular-nums}
nav.contents li ol .no{min-width:2.3rem}
nav.contents li ol ol .no{min-width:3rem}
figure{margin:1.75rem 0 2rem}
figcaption,caption{text-align:left;font-weight:600;line-height:1.35;padding:0 0 .55rem}
caption .num,figcaption .num{color:var(--accent);margin-right:.4em;white-space:nowrap}
caption .sub,figcaption .sub{display:block;font-weight:400;color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;border-bottom:2px solid var(--rule);font-size:.94rem;line-height:1.35;
font-variant-numeric:tabular-nums lining-nums;min-width:min(100%,24rem)}
thead th{vertical-align:bottom;font-weight:600;color:var(--soft);font-size:.88rem}
thead tr:first-child>*{border-top:2px solid var(--rule)}
thead tr:last-child>*,thead th[rowspan]{border-bottom:1px solid var(--rule)}
tbody tr:last-child>*{border-bottom:2px solid var(--rule)}
th,td{padding:.42rem .75rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:.25rem}
tbody th{font-weight:400;min-width:7.5rem;max-width:24rem;overflow-wrap:break-word;hyphens:auto}
tbody th.sub{padding-left:.75rem}
td.long{min-width:15rem}
.f{text-align:right;white-space:nowrap}
thead .f{white-space:normal}
th.span{text-align:center;color:var(--ink);border-bottom:1px solid var(--line)}
td.lead{font-weight:600}
td.words{color:var(--soft);font-style:italic;white-space:normal;font-weight:400}
tr.base>*,tr.missing>*{color:var(--soft);font-size:.88rem}
tr.base td.lead,tr.missing td.lead{font-weight:400}
tr.net>th{font-style:italic;padding-left:1rem}
tr.total>*{border-top:1px solid var(--rule);font-weight:600}
.lt{color:var(--accent);font-size:.8em;font-weight:700;margin-left:.35em}
thead .lt{display:block;margin:0}
td[class*="v-"]{white-space:nowrap}
.foot{font-size:.85rem;color:var(--soft);margin:.5rem 0 0;line-height:1.45}
.foot span{display:block}
.synth{display:inline-block;font-size:.78rem;font-weight:600;color:var(--warn);
background:var(--warn-bg);border:1px solid currentColor;border-radius:3px;padding:.05em .45em;
margin-left:.4em;vertical-align:.08em}
.banner{max-width:49rem;margin:1.5rem auto 0;padding:.9rem 1.2rem;color:var(--warn);
background:var(--warn-bg);border:1px solid currentColor;border-left-width:6px;border-radius:4px}
.banner p{margin:0;max-width:none}
.aside{background:var(--tint);border-left:3px solid var(--accent);padding:.7rem 1rem;
margin:1.2rem 0;max-width:42rem}
.aside p{margin:.3rem 0}
.plot{background:#fff;border:1px solid var(--line);border-radius:4px;padding:.5rem;color:#1d232b}
.plot svg{display:block;width:100%;height:auto;max-width:100%}
details{margin:.6rem 0 0}
summary{cursor:pointer;color:var(--accent);font-size:.9rem;padding:.35rem 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;
margin:1.5rem 0}
.card{border:1px solid var(--line);border-top:3px solid var(--accent);border-radius:4px;
padding:.8rem 1rem 1rem;break-inside:avoid}
.card p{margin:0}
.card .synth{display:table;margin:.4em 0 0}
.card .name{font-size:.95rem;line-height:1.35}
.card .big{font-size:2.2rem;font-weight:650;line-height:1.25;letter-spacing:-.01em;
font-variant-numeric:lining-nums}
.card .unit{font-size:1.05rem;font-weight:500;letter-spacing:0}
.card .big.words{font-size:1.1rem;font-weight:400;font-style:italic;color:var(--soft);
padding:.5rem 0}
.card .detail,.card .remark{font-size:.86rem;color:var(--soft);line-height:1.4}
.card .remark{margin-top:.4rem}
.mark{display:inline-block;min-width:1.4em;font-weight:700}
.v-contradicted,.v-impossible,.v-conflict{color:var(--warn);font-weight:600}
.v-reproduced,.v-consistent{color:var(--accent)}
.tally{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1.5rem}
.quotes{list-style:none;padding:0}
.quotes li{border-left:3px solid var(--line);padding:.1rem 0 .1rem 1rem;margin:.7rem 0}
.methods{font-size:.94rem}
.methods .where{color:var(--soft)}
footer{color:var(--soft);font-size:.85rem;padding-top:2rem;padding-bottom:3rem}
@media (max-width:36rem){
main,header.cover,nav.contents,footer{padding-left:1rem;padding-right:1rem}
header.cover{padding-top:2rem}
h1{font-size:1.65rem}
h2{font-size:1.3rem;margin-top:2.2rem}
.banner{margin-left:1rem;margin-right:1rem}
th,td{padding:.4rem .55rem}
table{font-size:.88rem}
tbody th{min-width:6.5rem;max-width:11rem}
.one tr>th:first-child{position:sticky;left:0;background:var(--paper)}
.cap{display:block;position:sticky;left:0;width:fit-content;max-width:calc(100vw - 2rem)}
.cards{grid-template-columns:1fr}
.plot{padding:.25rem;overflow-x:auto}
.plot svg{min-width:34rem}
}
@media print{
@page{size:A4;margin:18mm 16mm}
:root{--paper:#fff;--tint:#f5f6f4;--ink:#000;--soft:#444;--line:#bbb;--rule:#000;--accent:#14535c;
--warn:#7a3e00;--warn-bg:#fff}
html{font-size:10pt}
body{line-height:1.45}
main,header.cover,nav.contents,footer,.banner{max-width:none;padding-left:0;padding-right:0}
.banner{margin-left:0;margin-right:0;padding-left:1rem}
header.cover{padding-top:1.5rem}
h1{font-size:2.1rem}
h2{margin-top:1.8rem}
h1,h2,h3,h4,figcaption,caption{break-after:avoid}
figure,.card,blockquote,.quotes li,tr{break-inside:avoid}
figure.tall{break-inside:auto}
table{font-size:.9rem}
th,td{padding:.3rem .5rem}
thead{display:table-header-group}
.scroll{overflow:visible}
.skip,details:not([open]){display:none}
a{color:inherit;text-decoration:none}
p,li{orphans:3;widows:3}
}
]]
