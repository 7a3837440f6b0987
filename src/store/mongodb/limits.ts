/** MongoDB reads a limit of 0 as none at all, and a negative one as its opposite. */
export function whole(limit: number): number {
  return Math.min(Math.max(0, Math.trunc(limit) || 0), 100_000);
}
