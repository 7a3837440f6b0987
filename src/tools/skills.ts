/**
 * Skills: folders with a SKILL.md (agentskills.io) that tell an agent how something is done. The model is told their
 * names and what they are for, and reads one when it needs it. They are text; nothing in them is run.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Agent } from '../core/character.js';
import { yaml } from '../core/yaml.js';
import type { Logger } from '../logger.js';
import { type Action, defineAction, type PluginDesk, type RunningPlugin } from '../plugin/plugin.js';
import { problemsOf, problemText } from '../problems.js';

const maxBytes = 262_144;
const mostFiles = 50;
const mainFile = 'SKILL.md';
export const readSkillName = 'read_skill';

const Head = z.looseObject({
  name: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a-z, 0-9 and "-"')
    .max(64),
  description: z.string().trim().min(1).max(1024),
});

interface Skill {
  name: string;
  description: string;
  /** The real one, whatever links lead to it. */
  folder: string;
}

export interface SkillsParts {
  /** Where `./skills/refunds` starts from, and what is never left. */
  folder: string;
  log: Logger;
}

export class Skills {
  readonly #parts: SkillsParts;
  /** By folder and when its file last changed. */
  readonly #read = new LRUCache<string, Skill>({ max: 1000 });
  readonly #told = new LRUCache<string, true>({ max: 1000 });

  constructor(parts: SkillsParts) {
    this.#parts = parts;
  }

  /** Brings what reads them to agents that have some. */
  readonly plugin: RunningPlugin = {
    name: 'skills',
    parts: {
      actions: [this.#action()],
      contextProviders: [{ name: 'skills', provide: async ({ agent }) => this.#paragraph(agent) }],
    },
  };

  /** What is wrong with those an agent names. */
  async problems(agent: Agent): Promise<{ field: string; message: string }[]> {
    const seen = new Set<string>();
    const found: { field: string; message: string }[] = [];
    // One after the other: of two of one name it is the later that is told of.
    for (const [at, path] of agent.character.skills.entries())
      try {
        const { name } = await this.#skill(path);
        if (seen.has(name)) throw new Error(`is a second skill of the name "${name}"; the first is used`);
        seen.add(name);
      } catch (error) {
        found.push({ field: `skills[${at}]`, message: (error as Error).message });
      }
    return found;
  }

  async #paragraph(agent: Agent): Promise<string | null> {
    const skills = await this.#of(agent);
    if (skills.length === 0) return null;
    const lines = skills.map(({ name, description }) => `- ${name}: ${description.replace(/\s+/g, ' ')}`);
    return [
      `Skills tell how something is done here. Before you do what one is for, read it with ${readSkillName}.`,
      ...lines,
    ].join('\n');
  }

  #action(): Action {
    return defineAction({
      name: readSkillName,
      description: 'Reads a skill, or another file of its folder that the skill names.',
      parameters: z.object({
        skill: z.string().max(64).describe('The name of the skill'),
        file: z.string().max(512).optional().describe(`A file beside it; absent: ${mainFile}`),
      }),
      timeoutMs: 10_000,
      repeatable: true,
      hints: { readOnly: true },
      run: async ({ skill, file }, { agent }) => this.#text(agent, skill, file ?? mainFile),
    });
  }

  async #text(agent: Agent, name: string, file: string): Promise<string> {
    const skills = await this.#of(agent);
    const skill = skills.find((one) => one.name === name);
    if (!skill)
      throw new Error(
        `there is no skill "${name}"; there are: ${skills.map((one) => one.name).join(', ') || 'none'}`,
      );
    const text = await textOf(skill.folder, file);
    if (file !== mainFile) return text;
    const others = (await filesIn(skill.folder)).filter((one) => one !== mainFile);
    const beside = others.length > 0 ? `\n\nFiles beside it: ${others.join(', ')}` : '';
    return `${text.replace(frontMatter, '').trim()}${beside}`;
  }

  /** Those that can be used. */
  async #of({ id, character }: Agent): Promise<Skill[]> {
    const found = new Map<string, Skill>();
    for (const path of character.skills) {
      try {
        const skill = await this.#skill(path);
        if (!found.has(skill.name)) found.set(skill.name, skill);
      } catch (err) {
        const key = `${id} ${path} ${(err as Error).message}`;
        if (!this.#told.has(key))
          this.#parts.log.warn({ err, agentId: id, skill: path }, 'a skill cannot be used');
        this.#told.set(key, true);
      }
    }
    return [...found.values()];
  }

  /** @throws Error that ends a sentence on it */
  async #skill(path: string): Promise<Skill> {
    const root = await realpath(this.#parts.folder);
    const folder = resolve(root, path);
    if (path.includes('\0') || !isInside(root, folder)) throw new Error(`leads out of ${this.#parts.folder}`);
    const real = await realpath(folder).catch(() => {
      throw new Error(`is not there: ${folder}`);
    });
    if (!isInside(root, real)) throw new Error(`leads out of ${this.#parts.folder}`);
    const { mtimeMs, size } = await stat(join(real, mainFile)).catch(() => {
      throw new Error(`has no ${mainFile}`);
    });
    const key = `${real} ${mtimeMs} ${size}`;
    const known = this.#read.get(key);
    if (known) return known;
    const skill = { ...headOf(await textOf(real, mainFile)), folder: real };
    this.#read.set(key, skill);
    return skill;
  }
}

/** The plugins an agent names, and before them what reads its skills. */
export function withSkills(desk: PluginDesk, { plugin }: Skills): PluginDesk['of'] {
  const lists = new WeakMap<readonly RunningPlugin[], readonly RunningPlugin[]>();
  const and = (list: readonly RunningPlugin[]) => {
    const known = lists.get(list) ?? [plugin, ...list];
    lists.set(list, known);
    return known;
  };
  return (agent) => {
    const list = desk.of(agent);
    if (agent.character.skills.length === 0) return list;
    return 'then' in list ? list.then(and) : and(list);
  };
}

const frontMatter = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(\r?\n|$)/;

function headOf(text: string): { name: string; description: string } {
  const [, said] = frontMatter.exec(text) ?? [];
  if (said === undefined) throw new Error(`has a ${mainFile} that does not begin with "---" and its name`);
  let read: unknown;
  try {
    read = yaml().parse(said, { maxAliasCount: 10 });
  } catch (error) {
    throw new Error(`has a ${mainFile} whose head is no YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const { data, error } = Head.safeParse(read);
  if (error) throw new Error(`has a ${mainFile} whose ${problemText(problemsOf(error, Head))}`);
  return data;
}

/** @throws Error that ends a sentence on it */
async function textOf(folder: string, file: string): Promise<string> {
  const path = resolve(folder, file);
  if (file.includes('\0') || !isInside(folder, path))
    throw new Error(`"${file}" is not in the folder of the skill`);
  const real = await realpath(path).catch(() => {
    throw new Error(`there is no file "${file}" in the skill`);
  });
  if (!isInside(folder, real)) throw new Error(`"${file}" leads out of the folder of the skill`);
  const found = await stat(real);
  if (!found.isFile()) throw new Error(`"${file}" is no file`);
  if (found.size > maxBytes) throw new Error(`"${file}" is larger than ${maxBytes} bytes`);
  const bytes = await readFile(real);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below.
  }
  throw new Error(`"${file}" is no text`);
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((one) => one.isFile())
    .slice(0, mostFiles)
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)).split(sep).join('/'));
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way.split(sep)[0] !== '..' && !isAbsolute(way);
}
