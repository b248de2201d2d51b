// Templates and data to look at the playground with.

import type { Sample } from "./model";

const birds = [
  { species: "Adelie", mass: 3706, island: "Torgersen & Dream" },
  { species: "Chinstrap", mass: 3733, island: "Dream" },
  { species: "Gentoo", mass: 5092, island: "Biscoe <north>" },
];

export const report: Sample = {
  main: "report.html",
  format: "html",
  data: { title: "Penguins 🐧 of the Palmer Archipelago", birds, author: "Kristen", year: 2014 },
  templates: {
    "report.html": `{% include "parts.html" %}<style>
  body { font: 14px/1.5 system-ui; margin: 20px; color: #1f2933 }
  h1 { font-size: 22px; margin: 0 0 4px; color: #14506b }
  table { border-collapse: collapse; margin-top: 14px; width: 100% }
  td, th { text-align: left; padding: 5px 10px; border-bottom: 1px solid #d5dce3 }
  .number { text-align: right; font-variant-numeric: tabular-nums }
</style>
<h1>{{ title }}</h1>
<p>Counted by {{ author | upper }} in {{ year }}.</p>

<table>
  <tr><th>Species</th><th>Island</th><th class="number">Mass</th></tr>
  {% for bird in birds %}
  {{ row(bird) }}
  {% end %}
</table>
`,
    "parts.html": `{# What a table is made of #}
{% macro row(bird) %}<tr>
    <td>{{ bird.species }}</td>
    <td>{{ bird.island }}</td>
    <td class="number">{{ bird.mass }} g</td>
  </tr>{% end %}`,
  },
};

export const letter: Sample = {
  main: "letter.md",
  format: "markdown",
  data: { name: "Zoë", items: [{ what: "ring & pen", price: 12 }, { what: "*star*", price: 3 }] },
  templates: {
    "letter.md": `# Dear {{ name }}

> You *ordered* **{{ items.length }}** things \\* and
> they are on their way to \`{{ name }}\`.

| What | Price |
|---|---:|
{% for item in items %}| {{ item.what }} | {{ item.price }} |
{% end %}
- first of [{{ name }}](https://example.com/{{ name }})
- &copy; {{ name }}

\`\`\`sql
select * from {{ name }}
\`\`\`
`,
  },
};

export const query: Sample = {
  main: "query.sql",
  format: "sql",
  data: { table: "penguins", columns: [{ name: "species" }, { name: "mass" }] },
  templates: { "query.sql": "SELECT{% for column in columns %}\n  {{ column.name }},{% end %}\n  1\nFROM {{ table }} -- all of it\n" },
};

export const hostile = (host: string): Sample => ({
  main: "hostile.html",
  format: "html",
  data: { name: "visitor" },
  templates: {
    "hostile.html": `<!doctype html><html onclick="parent.hacked=1"><head><base href="${host}/"><meta http-equiv="refresh" content="0;url=${host}/refresh">
<link rel="stylesheet" href="${host}/link.css"><link rel="preconnect" href="${host}"><script>parent.hacked = 1; fetch("${host}/script")</script>
<style>@import url(${host}/import.css); body { background: url(${host}/background.png) } @font-face { font-family: x; src: url(${host}/font.woff) }
  .cover { position: fixed; inset: 0; z-index: 2147483647; background: rgba(200, 0, 0, 0.15); pointer-events: none; font-family: x }</style></head>
<body onload="parent.hacked=1"><div class="cover"></div>
<p onclick="parent.hacked=1" onpointerover="parent.hacked=1">Hello {{ name }}</p>
<img src="${host}/image.png" onerror="parent.hacked=1" alt="remote"><img src=x onerror="parent.hacked=1"><img srcset="${host}/set.png 2x">
<img name="body" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="dot">
<a id="js" href="javascript:parent.hacked=1">script link</a> <a id="out" href="${host}/link" target="_top" ping="${host}/ping">link out</a> <a id="hash" href="#x">hash</a>
<form id="form" action="${host}/form" method="post"><input name="a" value="b" autofocus><button id="send">Send</button><button formaction="${host}/formaction">Other</button></form>
<iframe src="${host}/iframe"></iframe><iframe srcdoc="<script>parent.parent.hacked=1</script>"></iframe><object data="${host}/object"></object><embed src="${host}/embed">
<video src="${host}/video" poster="${host}/poster" autoplay></video><audio src="${host}/audio" autoplay></audio>
<svg width="20" height="20"><script>parent.hacked=1</script><image href="${host}/svg.png"/><use href="${host}/use.svg#a"/><a xlink:href="javascript:parent.hacked=1"><text y="15">svg</text></a><animate attributeName="href" to="javascript:parent.hacked=1"/><set attributeName="onload" to="parent.hacked=1"/></svg>
<math><mi xlink:href="javascript:parent.hacked=1">m</mi></math>
<template><script>parent.hacked=1</script></template><noscript><img src="${host}/noscript.png"></noscript>
<table background="${host}/table.png"><tr><td>end {{ name }}</td></tr></table>
<div style="background:url(${host}/inline.png);position:fixed;bottom:0;left:0">styled</div><a"b c="d">odd</a"b></body></html>`,
  },
});

export const large = (rows: number): Sample => ({
  main: "large.html",
  format: "html",
  data: { rows: Array.from({ length: rows }, (_, index) => ({ name: `row ${index} é 😀`, value: index })) },
  templates: {
    "large.html": `<ul>\n{% for row in rows %}<li>{{ row.name }}: <b>{{ row.value }}</b></li>\n{% end %}</ul>\n`,
  },
});
