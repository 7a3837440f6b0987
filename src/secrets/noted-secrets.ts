import { FatalError } from '../errors.js';
import type { Logger } from '../logger.js';
import { defineNote, type TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { SealedSecret, type SecretStore } from '../store/secret-store.js';

const damaged: SealedSecret = { version: '', setAt: 0, key: '', nonce: '', tag: '', data: '' };

export const secretNote = defineNote({
  key: (name: string) => `secret:${name}`,
  schema: SealedSecret,
  damaged,
});

/** A list reads all of them, and each may be large. */
export const mostSecrets = 500;

/** Sealed secrets are notes, in whichever store the hub has. */
export class NotedSecrets implements SecretStore {
  readonly #notes: TypedNotes<string, SealedSecret>;

  constructor(notes: NoteStore, log: Logger) {
    this.#notes = secretNote.in(notes, log);
  }

  async get(name: string): Promise<SealedSecret | null> {
    return undamaged(name, await this.#notes.get(name));
  }

  put(name: string, secret: SealedSecret): Promise<void> {
    return this.#notes.put(name, secret);
  }

  async remove(name: string): Promise<boolean> {
    return (await this.#notes.take(name)) !== null;
  }

  async list(): ReturnType<SecretStore['list']> {
    const notes = await this.#notes.list('', mostSecrets);
    return notes.map(({ key, value }) => {
      const { setAt, key: sealedWith } = value ?? damaged;
      return { name: key.slice(secretNote.key('').length), setAt, key: sealedWith };
    });
  }
}

/** @throws FatalError `config_invalid` when what was read is no sealed secret. */
export function undamaged(name: string, secret: SealedSecret | null): SealedSecret | null {
  if (secret !== damaged) return secret;
  throw new FatalError(
    'config_invalid',
    `the secret "${name}" is damaged in the store. Set it again: carrier secrets set ${name}`,
  );
}
