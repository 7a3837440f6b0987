import { z } from 'zod';
import { defineNote } from './note.js';

/** Says of a token, by its hash, that it was revoked: its file may still be there. A damaged one revokes, too. */
export const revocationNote = defineNote({
  key: (hash: string) => `revoked-token:${hash}`,
  schema: z.object({ name: z.string(), revokedAt: z.number() }),
  damaged: { name: '', revokedAt: 0 },
});
