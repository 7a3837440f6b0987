/**
 * What a definition reaches beyond itself. Whoever writes a character file has the folder it lies in; whoever calls the API
 * has not, so files and environment of the machine, and programs that it would start, are out of their reach unless the
 * operator's setting says otherwise.
 */
import { isAbsolute, posix, win32 } from 'node:path';
import type { Character } from '../core/character.js';
import type { Reach } from '../core/reach.js';
import { isFields } from './merge-patch.js';

interface Reached {
  field: string;
  needs: Reach;
  what: string;
}

/** The first thing that is out of reach, in words that name the fix; null: nothing is. */
export function outOfReach(
  character: Character,
  may: ReadonlySet<Reach>,
): { field: string; message: string } | null {
  const beyond = reachedBy(character).find(({ needs }) => !may.has(needs));
  if (!beyond) return null;
  const { field, what, needs } = beyond;
  return {
    field,
    message: `${field}: ${what}, which a definition in the store may not do here; take it out, or write a character file. Whoever runs the hub can allow it: CARRIER_STORED_AGENTS_MAY=${needs}`,
  };
}

function reachedBy({
  connectors,
  plugins,
  skills,
  knowledge,
  toolSources,
  evaluation,
}: Character): Reached[] {
  const file = (field: string, what: string): Reached => ({ field, needs: 'files', what });
  return [
    ...Object.entries(connectors).flatMap(([name, settings]) =>
      Object.entries(settings).flatMap(([key, value]) => ofReference(`connectors.${name}.${key}`, value)),
    ),
    ...plugins.flatMap((name, at) => (isPath(name) ? [file(`plugins[${at}]`, 'names a file')] : [])),
    ...skills.map((_, at) => file(`skills[${at}]`, 'names a folder')),
    ...knowledge.flatMap(({ path }, at) =>
      path === undefined ? [] : [file(`knowledge[${at}].path`, 'names a file or a folder')],
    ),
    ...(evaluation.tests !== undefined && leaves(evaluation.tests)
      ? [file('evaluation.tests', 'names a folder outside of that of the characters')]
      : []),
    ...toolSources.flatMap((source, at): Reached[] =>
      isFields(source)
        ? [
            {
              field: `toolSources[${at}]`,
              needs: 'tool-sources',
              what: 'is a tool source of its own, and so starts a program or calls an address',
            },
          ]
        : [],
    ),
  ];
}

function ofReference(field: string, value: unknown): Reached[] {
  if (typeof value !== 'string') return [];
  if (value.startsWith('env:')) return [{ field, needs: 'env', what: 'names a variable of the environment' }];
  return value.startsWith('file:') ? [{ field, needs: 'files', what: 'names a file' }] : [];
}

function isPath(name: string): boolean {
  return /^\.*[\\/]/.test(name) || isAbsolute(name) || /^[a-z]:|^file:/i.test(name);
}

/** Whether a path leads out of the folder that it is relative to, on any system. */
function leaves(path: string): boolean {
  return [posix, win32].some((one) => one.isAbsolute(path) || one.normalize(path).split(one.sep)[0] === '..');
}
