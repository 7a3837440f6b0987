import { z } from 'zod';
import type { EncryptionState } from '../store/encryption.js';
import { defineOperation } from './operation.js';

const key = z.string().nullable();
const output = z.object({
  current: key.describe('the key that new data goes under; null: it stays in the clear'),
  keys: z.array(z.string()).describe('that are set, the current one first'),
  unit: z.enum(['bytes', 'values']),
  under: z.array(z.object({ key: key.describe('null: in the clear'), amount: z.number() })),
  rotation: z.object({
    state: z.enum(['done', 'running', 'failed']),
    done: z.number(),
    total: z.number(),
    problem: z.string().nullable().describe('why it failed; it is tried again by itself'),
  }),
});

/** Of a store that cannot encrypt. */
const none: EncryptionState = {
  ...{ current: null, keys: [], unit: 'values', under: [] },
  rotation: { state: 'done', done: 0, total: 0, problem: null },
};

export const encryptionStatus = defineOperation({
  name: 'encryption.status',
  about: 'which keys stored data is under, how much is under each, and how far a rotation is',
  permission: 'encryption.read',
  reads: true,
  input: z.strictObject({}),
  output,
  run: async (_input, { store }) => (await store.encryption?.status()) ?? none,
});

export const rotateEncryption = defineOperation({
  name: 'encryption.rotate',
  about: 'bring what is stored under the current key; it begins by itself, too',
  permission: 'encryption.rotate',
  input: z.strictObject({}),
  output,
  run: async (_input, { store }) => (await store.encryption?.rotate()) ?? none,
});
