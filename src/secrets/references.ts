/** Looks up what `env:NAME`, `file:PATH` and `secret:NAME` stand for. */
import { isAbsolute, relative, resolve } from 'node:path';
import { FatalError } from '../errors.js';
import type { Secrets } from '../extensions/settings.js';
import { type Given, readSecret, secretReference } from '../given.js';

export interface ReferencesParts {
  given: Given;
  /** Where files that characters may name are. */
  folder: string;
  /** A secret of the hub's own store; null when there is none of that name. */
  stored(name: string): Promise<string | null>;
}

export class References implements Secrets {
  readonly #parts: ReferencesParts;

  constructor(parts: ReferencesParts) {
    this.#parts = parts;
  }

  async resolve(reference: string): Promise<string> {
    const [, kind, name = ''] = secretReference.exec(this.#parts.given.whereIs(reference)) ?? [];
    if (kind === 'env') {
      const value = this.#parts.given.text(name)?.trim();
      if (value) return value;
      throw invalid(`the setting ${name} is not there. Set it, or take the field out`);
    }
    if (kind === 'file') return readSecret(resolve(this.#parts.folder, name), invalid);
    const value = kind === 'secret' ? await this.#parts.stored(name) : null;
    if (value !== null) return value;
    throw invalid(`there is no secret "${name}". Set it: carrier secrets set ${name}`);
  }

  /**
   * For references in a character, which may be edited by more people than run the hub: of the environment only what
   * begins with the prefix, of the files only those in the folder for secrets.
   */
  within(prefix: string): Secrets {
    return {
      resolve: async (reference) => {
        const [, kind, name = ''] = secretReference.exec(reference) ?? [];
        if (kind === 'env' && !name.startsWith(prefix))
          throw invalid(
            `${name} is not a setting of this extension; a character may name those that begin with ${prefix}`,
          );
        if (kind === 'file' && !isInside(this.#parts.folder, name))
          throw invalid(`characters may name files in ${this.#parts.folder} alone (CARRIER_SECRETS_DIR)`);
        return this.resolve(reference);
      },
    };
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, resolve(folder, path));
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

function invalid(problem: string): FatalError {
  return new FatalError('config_invalid', problem);
}
