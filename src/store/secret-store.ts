/**
 * SecretStore: secrets as they lie in the store, by name. It knows neither their values nor the keys that open them;
 * `secrets/sealing.ts` does.
 *
 * - **Version**: another one with every `put`, so that whoever uses a secret can see that it has changed.
 */
import { z } from 'zod';

export const SealedSecret = z.object({
  version: z.string().min(1),
  /** Unix ms. */
  setAt: z.number(),
  /** Id of the key that it was sealed with. */
  key: z.string(),
  /** These three in base64. */
  nonce: z.string(),
  tag: z.string(),
  data: z.string(),
});
export type SealedSecret = z.infer<typeof SealedSecret>;

export interface SecretStore {
  /** Null when there is none. @throws FatalError `config_invalid` when what lies there is no sealed secret. */
  get(name: string): Promise<SealedSecret | null>;
  /** Replaces what was there. */
  put(name: string, secret: SealedSecret): Promise<void>;
  /** False when there was none; of many callers at once, one is told true. */
  remove(name: string): Promise<boolean>;
  /** By name. What is damaged is listed too, as set in 1970 under no key. */
  list(): Promise<(Pick<SealedSecret, 'setAt' | 'key'> & { name: string })[]>;
}
