/** Workspaces that installed the app, kept in the hub's notes under the operator's key. */
import { randomBytes } from 'node:crypto';
import type {
  Installation,
  InstallationQuery,
  InstallationStore,
  InstallURLOptions,
  StateStore,
} from '@slack/oauth';
import { FatalError, type Notes } from '../../src/extension-api.js';
import { Vault } from './vault.js';

type Query = Pick<InstallationQuery<boolean>, 'teamId' | 'enterpriseId' | 'isEnterpriseInstall'>;

export class Installations implements InstallationStore {
  readonly #notes: Notes;
  readonly #vault: Vault;

  constructor(notes: Notes, passphrase: string) {
    this.#notes = notes;
    this.#vault = new Vault(passphrase);
  }

  async storeInstallation(installation: Installation): Promise<void> {
    const name = nameOf({
      teamId: installation.team?.id,
      enterpriseId: installation.enterprise?.id,
      isEnterpriseInstall: installation.isEnterpriseInstall ?? false,
    });
    await this.#notes.put(name, this.#vault.seal(name, installation));
  }

  /** @throws FatalError `config_invalid` where the app is not installed, or the key is another. */
  async fetchInstallation(query: Query): Promise<Installation<'v2', boolean>> {
    const name = nameOf(query);
    const sealed = await this.#notes.get(name);
    if (sealed === null)
      throw new FatalError('config_invalid', `The Slack app is not installed in ${name.slice(8)}.`);
    return this.#vault.open(name, sealed) as Installation<'v2', boolean>;
  }

  async deleteInstallation(query: Query): Promise<void> {
    await this.#notes.take(nameOf(query));
  }
}

function nameOf({ teamId, enterpriseId, isEnterpriseInstall }: Query): string {
  const id = isEnterpriseInstall ? enterpriseId : teamId;
  if (!id) throw new FatalError('invalid_field', 'Slack named neither a workspace nor an organisation.');
  return `install:${id}`;
}

const stateTtlMs = 600_000;

/** The `state` of an installation under way: random, good once, in any process of the hub, for ten minutes. */
export function installStates(notes: Notes): StateStore {
  return {
    async generateStateParam(options) {
      const state = randomBytes(24).toString('base64url');
      await notes.put(`state:${state}`, options, { ttlMs: stateTtlMs });
      return state;
    },
    async verifyStateParam(_now, state) {
      const options = /^[\w-]{32}$/.test(state) ? await notes.take(`state:${state}`) : null;
      if (options === null)
        throw new FatalError('invalid_field', 'This installation was not begun here, or is over.');
      return options as InstallURLOptions;
    },
  };
}
