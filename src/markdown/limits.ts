/** The limits of one message, by all that a platform counts. */

/** The most of each kind that one message may have: characters, bytes, entities, whatever a platform counts. */
export type Limits = Record<string, number>;

/**
 * One measure for `splitMarkdown` of several limits: of a text for which some count is at half its limit, and all others
 * below, it is half of `limit`.
 * @param countsIn of a rendered part, for each of the limits.
 */
export function withinAll<Each extends Limits>(
  limits: Each,
  countsIn: (rendered: string) => { [Kind in keyof Each]: number },
): { limit: number; measure(rendered: string): number } {
  const kinds = Object.keys(limits) as (keyof Each)[];
  const limit = limits[kinds[0]!]!;
  return {
    limit,
    measure(rendered) {
      const counts = countsIn(rendered);
      return Math.max(...kinds.map((kind) => (counts[kind] / limits[kind]!) * limit));
    },
  };
}
