/** `carrier agents edit ID`: the definition that is stored, in one's own editor. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { asCarrierError, CarrierError, FatalError } from '../errors.js';
import type { OutputOf } from '../operations/operations.js';
import { carry, type Input } from './carry.js';
import { differenceLines } from './difference-lines.js';
import { harmless, harmlessLines, print } from './output.js';
import type { Own } from './typed.js';
import { readYaml, writtenText } from './written-text.js';

type Definition = Record<string, unknown>;

/** What the hub says of a definition; anything else no editing mends. */
const faults: ReadonlySet<string> = new Set([
  'invalid_field',
  'secret_missing',
  'tests_failed',
  'permission_denied',
]);
/** Before each line of a fault; what begins so is taken out of what comes back. */
const mark = '#! ';

/**
 * The editor comes again, with what is wrong on top, until the definition is taken or nothing more is changed.
 * @throws FatalError `config_invalid` without an editor, `conflict` where a file alone defines the agent, `version_conflict`
 * where somebody has changed it meanwhile; then what was written is kept, and the message says where.
 */
export async function editAgent({ config, args: [agentId = ''], options, url }: Own): Promise<void> {
  const ask = (operation: 'agents.show' | 'agents.replace' | 'agents.diff', input: Input) =>
    carry(config, operation, input, url);
  const shown = (await ask('agents.show', { agentId })) as OutputOf<'agents.show'>;
  const { definition, version } = shown;
  if (definition === null || version === null)
    throw new FatalError(
      'conflict',
      `The agent "${agentId}" is what its character file says: edit ${join(config.charactersDir, `${agentId}.json`)}, and it is taken up at once. "carrier agents create FILE --overrides-file true" brings it into the store.`,
      { field: 'agentId' },
    );
  const editor = editorOf(process.env);
  const folder = mkdtempSync(join(tmpdir(), 'carrier-edit-'));
  const file = join(folder, `${agentId}.yaml`);
  const text = new Draft(file, stringify(definition, { lineWidth: 0 }));
  try {
    for (;;) {
      const changed = await edited(text, editor, definition);
      if (changed === null) break;
      try {
        const saved = (await ask('agents.replace', {
          ...({ agentId, definition: changed, ifVersion: version } as unknown as Input),
          comment: options.comment as string | undefined,
        })) as OutputOf<'agents.replace'>;
        print(`${saved.id} has version ${saved.version} now.`);
        const { differences } = (await ask('agents.diff', {
          ...{ agentId, from: version, to: saved.version },
        })) as OutputOf<'agents.diff'>;
        for (const line of differenceLines(differences)) print(harmless(line));
        break;
      } catch (error) {
        if (!(error instanceof CarrierError) || !faults.has(error.code)) throw error;
        // No other definition would be taken from them either.
        if (error.code === 'permission_denied' && error.field === undefined) throw error;
        text.fault = error.message;
      }
    }
  } catch (error) {
    if (!text.isChanged) throw removing(folder, error);
    // Also where the fault is ours: what somebody wrote is not lost by it.
    const { code, message } = asCarrierError(error);
    throw new FatalError(code, `${message} What you wrote is kept: ${file}`, { cause: error });
  }
  rmSync(folder, { recursive: true, force: true });
}

function removing(folder: string, error: unknown): unknown {
  rmSync(folder, { recursive: true, force: true });
  return error;
}

/** What is written, and what was wrong with it. */
class Draft {
  readonly path: string;
  readonly #first: string;
  fault: string | null = null;

  constructor(path: string, first: string) {
    this.path = path;
    this.#first = first;
    writeFileSync(path, first, { mode: 0o600 });
  }

  /** @throws FatalError `conflict` where the editor has left no file */
  get text(): string {
    const bytes = this.#bytes();
    // Letters of another encoding are shown as Windows has them, so that they can be looked at and saved again.
    const text = writtenText(bytes) ?? new TextDecoder('windows-1252').decode(bytes);
    const lines = text.split('\n');
    return lines.filter((line) => !line.startsWith(mark)).join('\n');
  }

  get isText(): boolean {
    return writtenText(this.#bytes()) !== null;
  }

  get isChanged(): boolean {
    try {
      return this.text !== this.#first;
    } catch {
      return false;
    }
  }

  #bytes(): Buffer {
    try {
      return readFileSync(this.path);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new FatalError('conflict', `The editor left no file (${code}): nothing was changed.`, {
        ...{ field: 'EDITOR', cause },
      });
    }
  }

  /** Puts what is wrong on top. */
  told(): void {
    const fault = this.fault === null ? '' : harmlessLines(this.fault).trim();
    const above = fault === '' ? [] : fault.split('\n').map((line) => `${mark}${line}\n`);
    writeFileSync(this.path, `${above.join('')}${this.text}`);
  }
}

/** A definition that differs; null: nothing was changed, or nothing more. */
async function edited(text: Draft, editor: string, before: Definition): Promise<Definition | null> {
  for (;;) {
    text.told();
    const last = text.text;
    await open(editor, text.path);
    if (text.text === last) {
      if (text.fault === null) print('Nothing was changed.');
      else
        throw new FatalError('invalid_field', `Nothing was changed. ${text.fault}`, { field: 'definition' });
      return null;
    }
    const read = text.isText
      ? readDefinition(text.text)
      : 'This is no text in UTF-8. Its letters are shown as Windows-1252 has them: correct them, and save it as UTF-8.';
    if (typeof read === 'string') text.fault = read;
    else if (!isDeepStrictEqual(read, before)) return read;
    else {
      print('Nothing was changed.');
      return null;
    }
  }
}

/** Or what is wrong with it. */
function readDefinition(text: string): Definition | string {
  try {
    const said = readYaml(text);
    if (typeof said === 'object' && said !== null && !Array.isArray(said)) return said as Definition;
    return 'A definition is fields and their values, as in name: Ada.';
  } catch (error) {
    return `This is neither YAML nor JSON, with lines counted from below this one: ${(error as Error).message}`;
  }
}

function editorOf({ VISUAL, EDITOR }: Record<string, string | undefined>): string {
  const editor = VISUAL?.trim() || EDITOR?.trim();
  if (editor) return editor;
  throw new FatalError(
    'config_invalid',
    'No editor is set: set EDITOR (or VISUAL) to its command, such as EDITOR=nano, or EDITOR="code --wait".',
    { field: 'EDITOR' },
  );
}

/** By a shell, since it may have words of its own; the path has no sign that means something to one. */
async function open(editor: string, path: string): Promise<void> {
  const child = spawn(`${editor} "${path}"`, { shell: true, stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code === 0) return;
  throw new FatalError(
    'conflict',
    `The editor (${editor}) ended with ${code ?? signal}: nothing was changed.`,
    {
      field: 'EDITOR',
    },
  );
}
