import { FatalError } from '../errors.js';
import type { NoteStore } from '../store/note-store.js';
import { SealedSecret, type SecretStore } from '../store/secret-store.js';

const prefix = 'secret:';

/** A list reads all of them, and each may be large. */
export const mostSecrets = 500;

/** Sealed secrets are notes, in whichever store the hub has. */
export class NotedSecrets implements SecretStore {
  readonly #notes: NoteStore;

  constructor(notes: NoteStore) {
    this.#notes = notes;
  }

  async get(name: string): Promise<SealedSecret | null> {
    return sealedIn(name, await this.#notes.get(noteOf(name)));
  }

  put(name: string, secret: SealedSecret): Promise<void> {
    return this.#notes.put(noteOf(name), secret);
  }

  async remove(name: string): Promise<boolean> {
    return (await this.#notes.take(noteOf(name))) !== null;
  }

  async list(): ReturnType<SecretStore['list']> {
    const notes = await this.#notes.list(prefix, mostSecrets);
    return notes.map(({ key, value }) => {
      const { data: { setAt, key: sealedWith } = { setAt: 0, key: '' } } = SealedSecret.safeParse(value);
      return { name: key.slice(prefix.length), setAt, key: sealedWith };
    });
  }
}

/** The note's key. */
export function noteOf(name: string): string {
  return prefix + name;
}

/** What a note holds. @throws FatalError `config_invalid` when it is no sealed secret. */
export function sealedIn(name: string, note: unknown): SealedSecret | null {
  if (note === null) return null;
  const { data } = SealedSecret.safeParse(note);
  if (data) return data;
  throw new FatalError(
    'config_invalid',
    `the secret "${name}" is damaged in the store. Set it again: carrier secrets set ${name}`,
  );
}
