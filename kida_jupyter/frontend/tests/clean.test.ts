import { describe, expect, test } from "vitest";

import { toSource } from "../src/entities";
import { cleanPage } from "../src/result/clean";
import { withoutAddresses } from "../src/result/css";
import type { CleanNode, CleanPage, ElementNode, TextNode } from "../src/result/nodes";

const all = (nodes: readonly CleanNode[]): CleanNode[] => nodes.flatMap((it) => [it, ...(it.kind === "element" ? all(it.children) : [])]);
const nodes = (page: CleanPage): CleanNode[] => all([...page.styles, ...page.content]);
const elements = (html: string): ElementNode[] => nodes(cleanPage(html)).filter((it): it is ElementNode => it.kind === "element");
const texts = (html: string): TextNode[] => nodes(cleanPage(html)).filter((it): it is TextNode => it.kind === "text");
const attributes = (html: string): Record<string, string> => Object.fromEntries(elements(html).flatMap((it) => [...it.attributes]));

describe("what the preview leaves out", () => {
  test.each([
    "<script>x</script>",
    "<base href='http://a'>",
    "<meta http-equiv=refresh content=0>",
    "<link rel=stylesheet href=a>",
    "<iframe srcdoc='x'></iframe>",
    "<object data=a></object>",
    "<embed src=a>",
    "<template><b>x</b></template>",
    "<svg><script>x</script></svg>",
    "<noembed>x</noembed>",
  ])("%s", (html) => {
    expect(elements(`${html}<i>kept</i>`).map((it) => it.tag).filter((it) => it !== "svg")).toEqual(["i"]);
  });

  test.each([
    "<p onclick=x ONLOAD=y>",
    "<form action=a><button formaction=b></button></form>",
    "<img src='http://a/b.png' srcset='c 2x'>",
    "<img src='data:text/html,x'>",
    "<video src=a poster=b autoplay></video>",
    "<table background=a><tr><td></table>",
    "<input autofocus accesskey=a>",
    "<p contenteditable>",
    "<img name=body>",
    "<svg><use href='http://a#b'/><image href=a /></svg>",
  ])("attributes of %s", (html) => {
    expect(Object.entries(attributes(html)).filter(([name]) => name !== "title")).toEqual([]);
  });

  test.each(["javascript:x", "http://a/b", "#x", " java\tscript:x", "data:text/html,x"])("where a link to %s goes", (address) => {
    const kept = attributes(`<a href="${address}" target=_top ping=b>x</a>`);
    expect(kept).not.toHaveProperty("href");
    expect(kept.title).toBe(address);
  });

  test("nothing stays of a link in a drawing", () => {
    expect(attributes('<svg><a xlink:href="javascript:x"><text>x</text></a></svg>')).not.toHaveProperty("xlink:href");
  });

  test("handlers of the page's own elements", () => {
    const page = cleanPage("<html onclick=x lang=de><body onload=y class=z>");
    expect([[...page.html], [...page.body]]).toEqual([[["lang", "de"]], [["class", "z"]]]);
  });
});

describe("what the preview keeps", () => {
  test("images that stand in the output", () => {
    expect(attributes("<img src='data:image/png;base64,AA=='>").src).toBe("data:image/png;base64,AA==");
  });

  test("references within a drawing", () => {
    expect(attributes("<svg><use href='#a'/></svg>").href).toBe("#a");
  });

  test("styles, without addresses", () => {
    const page = cleanPage("<style>@import 'a'; p { background: url( http://a ); color: red }</style><p style='background:url(\"b\")'>");
    expect((all(page.styles)[1] as TextNode).text).toBe(" p { background: none; color: red }");
    expect([...(page.content[0] as ElementNode).attributes]).toEqual([["style", "background:none"]]);
  });

  test("an element of an odd name, as another", () => {
    expect(elements('<a"b c=d>x</a"b>').map((it) => it.tag)).toEqual(["span"]);
  });
});

test.each([
  ["a { background: url(data:image/png;base64,AA) }", "a { background: url(data:image/png;base64,AA) }"],
  ["a { fill: url(#b) }", "a { fill: url(#b) }"],
  ["a { src: url('http://b') format('woff') }", "a { src: none format('woff') }"],
  ["@IMPORT url(http://a); b {}", " b {}"],
  ["a { color: red }", "a { color: red }"],
])("the style %s is kept as %s", (css, kept) => {
  expect(withoutAddresses(css)).toBe(kept);
});

describe("where a text of the preview stands in the output", () => {
  test.each([
    "<p>Zoë &amp; 😀</p>\r\n\t<b>e\u0301</b>&lt;x&gt;",
    "<table>before<tr><td>cell</table>",
    "<pre>\nfirst\n</pre>",
    "a</foo>b<!-- c -->d",
    "<ul><li>one<li>two</ul>",
    "<!doctype html><html><head><title>t</title></head><body>x</body></html>",
  ])("%j", (html) => {
    for (const node of texts(html)) {
      [...node.text].forEach((character) => {
        const unit = node.text.indexOf(character);
        const at = toSource(node.map, node.from, unit);
        const source = html.slice(at);
        const isThere = source.startsWith(character) || source.startsWith("&") || (character === "\n" && source.startsWith("\r"));
        expect(isThere, `${character} at ${at} of ${html}`).toBe(true);
      });
    }
    expect(texts(html).length).toBeGreaterThan(0);
  });

  test("an element knows its start tag", () => {
    const html = '😀<p class="a">x</p>';
    const [p] = elements(html);
    expect(html.slice(p?.from, p?.to)).toBe('<p class="a">');
  });
});
