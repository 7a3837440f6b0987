import type { Connector, Notes } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import type { NoteStore } from '../store/note-store.js';

const maxKeyChars = 512;

/** A connector's own notes: no other connector sees them, and neither do its brothers of other agents. */
export function scopedNotes(notes: NoteStore, { name, agentId }: Pick<Connector, 'name' | 'agentId'>): Notes {
  const scoped = (key: string) => {
    if (key.length > maxKeyChars)
      throw new FatalError('invalid_field', `A note's key has at most ${maxKeyChars} characters.`);
    // JSON: no choice of names can make two keys alike.
    return `connector:${JSON.stringify([name, agentId ?? null, key])}`;
  };
  return {
    get: async (key) => notes.get(scoped(key)),
    put: async (key, value, options) => notes.put(scoped(key), value, options),
    take: async (key) => notes.take(scoped(key)),
  };
}
