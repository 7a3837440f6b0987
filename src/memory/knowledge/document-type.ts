import { namesText } from '../../files/document-format.js';

/** What a text is that nobody says the type of: what its name says; without an ending that says something it is read for headings. */
export function typeOfText(name: string): string {
  return namesText(name) ? 'application/octet-stream' : 'text/markdown';
}
