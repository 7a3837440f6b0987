import type { Connector, Notes } from '../connector/connector.js';
import { FatalError } from '../errors.js';
import type { NoteStore } from '../store/note-store.js';

const maxKeyChars = 512;

type Owner = Pick<Connector, 'name' | 'agentId'> | { plugin: string };

/** A connector's or plugin's own notes: no other sees them, and neither do a connector's brothers of other agents. */
export function scopedNotes(notes: NoteStore, owner: Owner): Notes {
  const [kind, ...names] =
    'plugin' in owner ? ['plugin', owner.plugin] : ['connector', owner.name, owner.agentId ?? null];
  const scoped = (key: string) => {
    if (key.length > maxKeyChars)
      throw new FatalError('invalid_field', `A note's key has at most ${maxKeyChars} characters.`);
    // JSON: no choice of names can make two keys alike.
    return `${kind}:${JSON.stringify([...names, key])}`;
  };
  return {
    get: async (key) => notes.get(scoped(key)),
    put: async (key, value, options) => notes.put(scoped(key), value, options),
    take: async (key) => notes.take(scoped(key)),
  };
}
