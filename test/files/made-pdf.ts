/** PDFs drawn by hand: content streams with coordinates. */

/** Latin text at a place; `[` `(` and the like need their escapes. */
export function at(x: number, y: number, text: string, size = 10, font = 'F1'): string {
  return `BT /${font} ${size} Tf 1 0 0 1 ${x} ${y} Tm (${text}) Tj ET\n`;
}

const helvetica = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';

/**
 * @param fonts objects of fonts besides `F1` (Helvetica) by name; `more`: objects that they name by `@0`, `@1` ….
 * @param count what the document says of how many pages it has.
 */
export function drawnPdf(
  pages: string[],
  {
    fonts = {},
    more = [],
    count = pages.length,
  }: { fonts?: Record<string, string>; more?: string[]; count?: number } = {},
): Buffer {
  const first = 3 + pages.length * 2;
  const named = (text: string) => text.replace(/@(\d+)/g, (_, n) => `${first + Number(n)} 0 R`);
  const all = { F1: helvetica, ...fonts };
  const resources = `<< /Font << ${Object.entries(all)
    .map(([name, font]) => `/${name} ${named(font)}`)
    .join(' ')} >> /XObject << ${more.some((object) => object.includes('/Image')) ? '/Im0 @0' : ''} >> >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${count} /Kids [${pages.map((_, n) => `${3 + 2 * n} 0 R`).join(' ')}] >>`,
    ...pages.flatMap((drawn, n) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${4 + 2 * n} 0 R /Resources ${named(resources)} >>`,
      stream(drawn),
    ]),
    ...more.map(named),
  ];
  let text = '%PDF-1.7\n';
  const starts = objects.map((object, n) => {
    const start = text.length;
    text += `${n + 1} 0 obj\n${object}\nendobj\n`;
    return start;
  });
  const table = starts.map((start) => `${String(start).padStart(10, '0')} 00000 n \n`).join('');
  const end = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(`${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}${end}`, 'latin1');
}

function stream(content: string, entries = ''): string {
  return `<< /Length ${content.length} ${entries} >>\nstream\n${content}\nendstream`;
}

/** A font of one byte a letter whose letters mean what `means` says, in hexadecimal UTF-16. */
export function mappedFont(means: Record<number, string>): { font: string; more: string[] } {
  const hex = (code: number) => code.toString(16).padStart(2, '0');
  const pairs = Object.entries(means).map(([code, utf16]) => `<${hex(Number(code))}> <${utf16}>`);
  const map = `/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def
1 begincodespacerange <00> <ff> endcodespacerange ${pairs.length} beginbfchar ${pairs.join('\n')} endbfchar
endcmap CMapName currentdict /CMap defineresource pop end end`;
  return {
    font: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode @0 >>',
    more: [stream(map)],
  };
}

/** A Japanese font that is not embedded: what its letters are, the named map of codes says alone. */
export function japaneseFont(map: string): string {
  return `<< /Type /Font /Subtype /Type0 /BaseFont /HeiseiMin-W3 /Encoding /${map} /DescendantFonts [
<< /Type /Font /Subtype /CIDFontType0 /BaseFont /HeiseiMin-W3 /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>
/FontDescriptor << /Type /FontDescriptor /FontName /HeiseiMin-W3 /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>] >>`;
}
