/** What a package's entry exports, read from its source: entries re-export by name, or all of another entry. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PublicName {
  name: string;
  kind: 'value' | 'type';
  /** Where it is declared, from the root of the repository. */
  file: string;
  /** Null: there is none. */
  docstring: string | null;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

export function publicNames(entry: string): PublicName[] {
  const text = readFileSync(join(root, entry), 'utf8');
  const beside = (specifier: string) => join(dirname(entry), specifier.replace(/\.js$/, '.ts'));
  const statements = [...text.matchAll(/^export (?:(\*)|(type )?\{([^}]*)\}) from '(\.[^']+)';/gm)];
  if (statements.length !== text.match(/^export\b/gm)?.length)
    throw new Error(`${entry} exports in a way that is not read here.`);
  return statements.flatMap(([, all, type, list = '', from]) => {
    const file = beside(from!);
    if (all) return publicNames(file);
    const names = list.split(',').map((name) => name.trim());
    return names.filter(Boolean).map((name) => ({
      name,
      kind: type ? ('type' as const) : ('value' as const),
      file,
      docstring: docstringOf(file, name),
    }));
  });
}

function docstringOf(file: string, name: string): string | null {
  const text = readFileSync(join(root, file), 'utf8');
  const declared = new RegExp(
    `(?:/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n)?export (?:abstract |async )?(?:interface|class|function|type|const) ${name}\\b`,
    'g',
  );
  const found = [...text.matchAll(declared)];
  if (found.length === 0) throw new Error(`${file} does not declare ${name}.`);
  // A schema and its type share a name and a docstring.
  return found.map(([, doc]) => doc?.replace(/\s*\*\s?/g, ' ').trim() || null).find((doc) => doc) ?? null;
}
