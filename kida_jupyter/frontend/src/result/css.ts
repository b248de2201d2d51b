// CSS without addresses. The frame's policy refuses to fetch them in any spelling; this spares the console its complaints.

const IMPORT = /@import\b[^;{}]*;?/gi;
const ADDRESS = /\b(?:url|src)\(\s*(?:"([^"]*)"|'([^']*)'|([^)]*?))\s*\)/gi;

/** A style sheet, or a style attribute, in which only images and fonts that stand in the text itself are left. */
export function withoutAddresses(css: string): string {
  if (!/url|src|@import/i.test(css)) return css;
  return css.replace(IMPORT, "").replace(ADDRESS, (whole, double?: string, single?: string, bare?: string) => {
    const address = (double ?? single ?? bare ?? "").trim();
    return /^(?:data:|#)/i.test(address) ? whole : "none";
  });
}
