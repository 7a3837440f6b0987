import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Page {
  /** From the root of the repository. */
  path: string;
  text: string;
}

const beside = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));

/** What people read of the package: not what is only in the repository. */
export const pages: Page[] = [
  'README.md',
  ...['docs', 'connectors'].flatMap(beside),
  ...['characters/README.md', 'plugins/README.md'],
].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

export interface Link {
  from: string;
  /** From the root of the repository. */
  to: string;
  heading: string | undefined;
}

/** Links to other files and headings of the repository. */
export function linksOf({ path, text }: Page): Link[] {
  return [...proseOf(text).matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, target]) => {
    const [file = '', heading] = target!.split('#');
    return { from: path, to: file ? normalize(join(dirname(path), file)) : path, heading };
  });
}

/** Without blocks of code, whose lines may begin with `#` or look like links. */
function proseOf(text: string): string {
  return text.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1$/gm, '');
}

/** The names that GitHub gives headings. */
export function headingsOf(text: string): Set<string> {
  const names = [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(
    names.map((name, at) => (names.indexOf(name) === at ? name : `${name}-${count(names, name, at)}`)),
  );
}

function count(names: string[], name: string, before: number): number {
  return names.slice(0, before).filter((other) => other === name).length;
}

/** Blocks that are marked as runnable: ```sh run, ```ts run, ```python run. */
export function runnableOf({ text }: Page): { language: string; code: string }[] {
  return [...text.matchAll(/^```(\w+) run\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }));
}
