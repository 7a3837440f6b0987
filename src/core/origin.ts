/** Origin: where words came from that nobody here vouches for. A turn that has read such words is tainted. */
import { z } from 'zod';

const kinds = ['page', 'file', 'tool', 'person', 'quote', 'webhook', 'memory'] as const;

/** One source of words from outside. */
export const Origin = z.object({
  /**
   * - `page`: an address. `file`: an upload. `tool`: the result of a tool that deals with the world outside.
   * - `person`: somebody without a role. `quote`: what somebody passed on. `webhook`: a program.
   * - `memory`: remembered, and from where is not known any more.
   */
  kind: z.enum(kinds),
  /** Its address or name, for people who decide. */
  what: z.string().transform((text) => text.slice(0, 200)),
  /** When it was read, Unix ms. */
  at: z.number().optional(),
});
export type Origin = z.infer<typeof Origin>;

/** So many are named; of more it is enough that there are some. */
const most = 20;

/** Adds what is not there yet; changes the list, which others hold. */
export function addOrigins(list: Origin[], more: readonly Origin[]): void {
  for (const origin of more) {
    if (list.length >= most) return;
    if (!list.some(({ kind, what }) => kind === origin.kind && what === origin.what)) list.push(origin);
  }
}
