/** `carrier import …` */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Character } from '../../core/character.js';
import { FatalError } from '../../errors.js';
import { includedCharacters } from '../../package-folder.js';
import { problemsOf, problemText } from '../../problems.js';
import { paint, print } from '../output.js';
import { discreet } from './discreet.js';
import { readElizaCharacter } from './elizaos.js';
import type { ImportedAgent, Remark } from './plan.js';
import { remarkLine, reportAgent, reportWritten, said } from './report.js';
import { filesIn, isFolder } from './source.js';
import { type Target, writeAgent, writeSecrets } from './writing.js';

export interface ImportOptions {
  dryRun?: boolean;
  overwrite?: boolean;
}

/**
 * Characters of a file or a folder. The source is read only.
 * @param charactersDir where they go; the included ones themselves stand for `./characters`.
 * @throws FatalError when nothing can be read there
 */
export async function importElizaos(
  source: string,
  charactersDir: string,
  options: ImportOptions,
): Promise<void> {
  const path = resolve(source);
  const folder = await isFolder(path);
  const files = folder ? await filesIn(path) : [path];
  const agents: ImportedAgent[] = [];
  const left: Remark[] = [];
  for (const file of files) {
    try {
      agents.push(checked(await readElizaCharacter(file)));
    } catch (error) {
      if (!folder || !(error instanceof FatalError)) throw error;
      left.push({ path: file, why: error.message });
    }
  }
  for (const remark of left) print(paint.dim(`Not a character: ${remarkLine(remark)}`));
  if (agents.length === 0)
    throw new FatalError('invalid_field', `Nothing found at ${source}: no ElizaOS character as JSON.`, {
      field: 'source',
    });
  await write(agents, targetOf(charactersDir, options));
  if (left.length === 0) return;
  print(paint.red(`\n${left.length} of ${files.length} files were not taken (see above).`));
  process.exitCode = 1;
}

export function targetOf(
  charactersDir: string,
  { dryRun = false, overwrite = false }: ImportOptions,
): Target {
  const own = charactersDir === includedCharacters ? resolve('characters') : resolve(charactersDir);
  return { charactersDir: own, envFile: resolve('.env'), dryRun, overwrite };
}

async function write(agents: readonly ImportedAgent[], target: Target): Promise<void> {
  if (target.dryRun) print('A dry run: nothing is written. This is what would be:');
  else await mkdir(target.charactersDir, { recursive: true });
  const seen = new Map<string, string>();
  for (const agent of agents) {
    const before = seen.get(agent.id);
    if (before !== undefined) {
      print(
        paint.red(
          `not taken ${said(agent.from)}: ${before} is "${agent.id}" already. Rename one of the files.`,
        ),
      );
      process.exitCode = 1;
      continue;
    }
    seen.set(agent.id, agent.from);
    // Secrets first: a character that names a token which is not there is told of as broken.
    const secrets = await writeSecrets(agent.secrets, target);
    const written = await writeAgent(agent, target);
    reportAgent(agent, written);
    reportWritten(secrets);
    if ([...written, ...secrets].some(({ outcome }) => outcome === 'refused')) process.exitCode = 1;
  }
}

/** Without secrets. @throws FatalError `invalid_field` where the hub itself would refuse the character */
export function checked<A extends ImportedAgent>(read: A): A {
  const agent = discreet(read);
  const parsed = Character.safeParse(agent.character);
  if (parsed.success) return agent;
  throw new FatalError(
    'invalid_field',
    said(`${agent.from} cannot be imported: ${problemText(problemsOf(parsed.error, Character))}.`),
    { field: 'source' },
  );
}
