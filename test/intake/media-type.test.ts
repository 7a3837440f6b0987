/** What a file is taken for, whatever its sender says of it. */
import { describe, expect, it } from 'vitest';
import { mediaTypeOf } from '../../src/intake/media-type.js';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const xml = '<?xml version="1.0"?>\n';
const html = '<!doctype html><script>alert(1)</script>';
const none = 'application/octet-stream';

type Case = [what: string, bytes: Buffer | string, name: string, said: string, type: string];

describe('the media type of a file', () => {
  it.each<Case>([
    ['a picture under another name', png, 'notes.txt', 'text/plain', 'image/png'],
    ['a picture without a name', gif, '', '', 'image/gif'],
    ['a PDF that is said to be a picture', '%PDF-1.7\n', 'a.png', 'image/png', 'application/pdf'],
    ['text', 'hello', 'a.txt', '', 'text/plain'],
    ['text of no known ending', 'hello', 'LICENSE', '', 'text/plain'],
    ['a table', 'a;b\n1;2\n', 'A.CSV', 'application/vnd.ms-excel', 'text/csv'],
    ['JSON', '{}', 'a.json', '', 'application/json'],
    ['text in other scripts', 'grüße 你好 🙂', 'a.md', '', 'text/markdown'],
    ['an empty file', '', 'a.txt', '', 'text/plain'],
    ['text that begins like a bitmap', 'BMW and others', 'cars.csv', '', 'text/csv'],
    ['text that begins like a GIF', 'GIF files are old', 'a.txt', '', 'text/plain'],
    ['text that begins like a program', 'MZ is a code', 'a.txt', '', 'text/plain'],
    ['text in Latin-1', Buffer.from('gr\xfc\xdfe', 'latin1'), 'a.txt', 'text/plain', 'text/plain'],
    ['text in UTF-16', Buffer.from('\ufeffhello', 'utf16le'), 'a.txt', 'text/plain', 'text/plain'],
    ['text with a NUL', 'a\0b', 'a.txt', 'text/plain', none],
  ])('%s', async (_, bytes, name, said, type) => {
    expect(await mediaTypeOf(Buffer.from(bytes), name, said)).toBe(type);
  });

  it.each<Case>([
    ['a page', html, 'a.html', 'text/html', 'text/html'],
    ['a page named a picture', html, 'a.png', 'text/html', none],
    ['a page said to be a picture', html, 'a', 'image/png', none],
    ['a drawing', svg, 'a.svg', 'image/svg+xml', 'application/xml'],
    ['a drawing named a picture', svg, 'a.jpg', 'image/svg+xml', none],
    ['an XML drawing named a picture', xml + svg, 'a.webp', 'image/webp', 'application/xml'],
    ['an XML page', `${xml}<html/>`, 'a.xhtml', 'image/png', 'text/html'],
    ['the start of a picture', png.subarray(0, 16), 'a.png', 'image/png', none],
    ['three letters of a picture', Buffer.from('GIF\0\x01\x02'), 'a.gif', 'image/gif', none],
    ['noise', Buffer.from([1, 2, 3, 0xfe]), 'a.jpeg', 'image/jpeg', none],
    ['nothing', '', 'a.png', 'image/png', none],
    ['text', 'hello', 'a.txt', 'image/gif', none],
  ])('never passes as a picture: %s', async (_, bytes, name, said, type) => {
    expect(await mediaTypeOf(Buffer.from(bytes), name, said)).toBe(type);
  });
});
