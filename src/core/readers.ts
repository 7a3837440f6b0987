/** Who is answered from a document. */
import { z } from 'zod';
import { givableRoles } from '../access/role.js';

const Place = z.strictObject({
  connector: z.string().min(1).max(64),
  /** Absent: every one of the platform. */
  tenant: z.string().min(1).max(256).optional(),
  /** Absent: every one of the tenant. */
  channel: z.string().min(1).max(512).optional(),
});

/** `{}`: everybody who may talk to the agent. */
export const Readers = z.strictObject({
  /** The least role of whoever asks. Where others read the answer, its place must be named, too. */
  role: z.enum(givableRoles).optional(),
  /** Where it may be used, and nowhere else; absent: everywhere, but with a role not where others read along. */
  places: z.array(Place).min(1).max(50).optional(),
});
export type Readers = z.infer<typeof Readers>;

/** Documents that a character names: a file or a folder, from where characters are, or a page. */
export const KnowledgeSource = z
  .strictObject({
    path: z.string().min(1).max(512).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
    readers: Readers.default({}),
  })
  .refine(({ path, url }) => (path === undefined) !== (url === undefined), 'takes one of path and url');
export type KnowledgeSource = z.infer<typeof KnowledgeSource>;
