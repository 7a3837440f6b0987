/** Documents that characters name: read at the start and when a character changes; what is named no more goes. */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Agent } from '../../core/character.js';
import { documentFiles } from '../../core/document-files.js';
import type { KnowledgeSource } from '../../core/readers.js';
import type { Logger } from '../../logger.js';
import type { HttpTools } from '../../tools/http/tools.js';
import type { Documents, NewDocument } from './documents.js';

export interface CharacterSourcesParts {
  documents: Pick<Documents, 'add' | 'remove' | 'select'>;
  agents(): Agent[];
  /** Where paths start from, and what is never left. */
  folder: string;
  web: Pick<HttpTools, 'download'>;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** What could not be read is tried again after this, in ms. */
const retryMs = 60_000;
const pageLimits = { maxBytes: 32 * 1024 * 1024, timeoutMs: 60_000 };

export class CharacterSources {
  readonly #parts: CharacterSourcesParts;
  /** By agent: the sources as they were read, and when to read them again. */
  readonly #read = new Map<string, { sources: string; again: number }>();

  constructor(parts: CharacterSourcesParts) {
    this.#parts = parts;
  }

  /** Never fails. */
  async look(signal?: AbortSignal): Promise<void> {
    const { agents, now, log } = this.#parts;
    for (const agent of agents()) {
      if (signal?.aborted) return;
      const sources = JSON.stringify(agent.character.knowledge);
      const known = this.#read.get(agent.id);
      if (known?.sources === sources && now() < known.again) continue;
      const whole = await this.#sync(agent).catch((err) => {
        log.warn({ err, agentId: agent.id }, 'the documents of a character are read later');
        return false;
      });
      this.#read.set(agent.id, { sources, again: whole ? Number.POSITIVE_INFINITY : now() + retryMs });
    }
  }

  /** False: some could not be read; nothing is taken away then. */
  async #sync(agent: Agent): Promise<boolean> {
    const { documents, log } = this.#parts;
    const there = new Set<string>();
    let whole = true;
    for (const [at, source] of agent.character.knowledge.entries())
      try {
        for await (const given of this.#of(agent.id, source)) there.add((await documents.add(given)).id);
      } catch (err) {
        whole = false;
        log.warn(
          { err, agentId: agent.id, field: `knowledge[${at}]` },
          'a document of a character cannot be read',
        );
      }
    if (!whole) return false;
    const named = await documents.select(agent.id, ({ source }) => source.kind === 'character');
    for (const { id } of named) if (!there.has(id)) await documents.remove(id);
    return true;
  }

  async *#of(agentId: string, { path, url, readers }: KnowledgeSource): AsyncGenerator<NewDocument> {
    const of = { agentId, owner: {}, readers };
    if (url !== undefined) {
      const { bytes, mediaType, url: got } = await this.#parts.web.download(new URL(url), false, pageLimits);
      const { host, pathname } = new URL(url);
      const name = `${host}${pathname}`.replace(/\/+$/, '');
      const taint = [{ kind: 'page' as const, what: url }];
      const source = { kind: 'character' as const, at: url, got: got.origin + got.pathname };
      yield { ...of, name, bytes, mediaType, source, taint };
      return;
    }
    const root = await realpath(this.#parts.folder);
    const found = await realpath(resolve(root, path!));
    const inside = relative(root, found);
    if (inside.startsWith('..') || isAbsolute(inside))
      throw new Error(`${path} leads out of ${this.#parts.folder}: only documents in it can be named`);
    for (const file of await documentFiles(found)) {
      const bytes = await readFile(file.path);
      const source = { kind: 'character' as const, at: join(path!, file.name) };
      const taint = [{ kind: 'file' as const, what: file.name }];
      yield { ...of, name: file.name, bytes, mediaType: 'application/octet-stream', source, taint };
    }
  }
}
