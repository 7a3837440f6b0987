/** Discord's ids: milliseconds since 2015 in the upper 42 bits, so that ids sort by time. */
const epoch = 1_420_070_400_000;

/** The first id of a moment in Unix ms. */
export function snowflakeAt(ms: number): bigint {
  return BigInt(ms - epoch) << 22n;
}

export function byId(a: { id: string }, b: { id: string }): number {
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}
