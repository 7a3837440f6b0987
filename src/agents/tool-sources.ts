/** The tool sources of this process: each made once for all agents that name it, and made anew when a secret changes. */

import { Kept } from '../core/kept.js';
import { FatalError } from '../errors.js';
import type { Registry } from '../extensions/registry.js';
import { readSettings, type Secrets, type Value } from '../extensions/settings.js';
import type { Logger } from '../logger.js';
import { suggestion } from '../nearest.js';
import { problemText } from '../problems.js';
import type { RunningSource, ToolSourceDesk, ToolSourceEntry } from '../tools/tool-source.js';
import { madeToolSource } from './made.js';

export interface ToolSourcesParts {
  /** Those of the hub's settings, by name. */
  named: Readonly<Record<string, Record<string, unknown> & { type: string }>>;
  /** Where paths in the hub's settings start from. */
  folder: string;
  registry: Registry;
  secrets: Secrets;
  log: Logger;
}

type Agent = Parameters<ToolSourceDesk['of']>[0];

export class ToolSources implements ToolSourceDesk {
  readonly #parts: ToolSourcesParts;
  readonly #made = new Kept<RunningSource>();

  constructor(parts: ToolSourcesParts) {
    this.#parts = parts;
  }

  async of(agent: Agent): Promise<readonly RunningSource[]> {
    const { toolSources } = agent.character;
    const made = await Promise.all(
      toolSources.map((entry) => this.#get(agent.id, entry).catch((err) => this.#missed(agent, entry, err))),
    );
    return made.filter((source) => source !== null);
  }

  /** What is wrong with those an agent names, without making any. */
  problems({ character }: Agent): { field: string; message: string }[] {
    const { named, registry } = this.#parts;
    return character.toolSources.flatMap((entry, at) => {
      const field = `toolSources[${at}]`;
      if (typeof entry === 'string' && !Object.hasOwn(named, entry))
        return [
          {
            field,
            message: `the settings have no tool source "${entry}"${suggestion(entry, Object.keys(named))}`,
          },
        ];
      const { type } = typeof entry === 'string' ? named[entry]! : entry;
      if (registry.get('toolSource', type)) return [];
      const known = registry.list('toolSource').map(({ name }) => name);
      return [
        {
          field: `${field}.type`,
          message: `there is no type of tool source "${type}"${suggestion(type, known)}`,
        },
      ];
    });
  }

  async close(): Promise<void> {
    const made = await Promise.allSettled(this.#made.values());
    await Promise.allSettled(made.map((one) => one.status === 'fulfilled' && one.value.source.close()));
  }

  #missed(agent: Agent, entry: ToolSourceEntry, err: unknown): null {
    const name = typeof entry === 'string' ? entry : entry.name;
    this.#parts.log.error(
      { err, agentId: agent.id, toolSource: name },
      'a tool source cannot be used; its tools are missing',
    );
    return null;
  }

  #get(agentId: string, entry: ToolSourceEntry): Promise<RunningSource> {
    if (typeof entry !== 'string') {
      const { name, ...settings } = entry;
      // Another definition of that name, in the same character or later, is another source.
      const key = JSON.stringify([agentId, entry]);
      return this.#made.get(key, () => this.#make(name, settings, `toolSources of ${agentId}, ${name}`));
    }
    const settings = this.#parts.named[entry];
    if (!settings)
      throw new FatalError('config_invalid', `There is no tool source "${entry}" in the settings.`, {
        field: 'toolSources',
      });
    return this.#made.get(entry, () => this.#make(entry, settings, `toolSources.${entry}`));
  }

  async #make(
    name: string,
    said: Record<string, unknown> & { type: string },
    where: string,
  ): Promise<RunningSource> {
    const { registry, secrets, folder, log } = this.#parts;
    const { type, trusted = false, ...values } = said;
    const extension = registry.require('toolSource', type, `${where}.type`);
    const given = new Map(
      Object.entries(values).map(([field, value]): [string, Value] => [
        field,
        { value, name: `${where}.${field}`, text: false },
      ]),
    );
    const read = await readSettings(extension, given, secrets, (field) => `${where}.${field}`);
    if ('problems' in read)
      throw new FatalError('config_invalid', problemText(read.problems), { field: read.problems[0]?.field });
    const { settings, nameOf } = read;
    const child = log.child({ toolSource: `${type}:${name}` });
    const source = madeToolSource(
      type,
      await extension.create({ name, folder, settings, nameOf, log: child }),
    );
    return { name: `${type}:${name}`, trusted: trusted === true, source };
  }
}
