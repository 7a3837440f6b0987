/** Discord's ids: milliseconds since 2015 in the upper 42 bits, so that ids sort by time. */
const epoch = 1_420_070_400_000n;
let last = 0n;

/** A new id, larger than every one before it, also where several are made within a millisecond. */
export function snowflake(): string {
  const now = (BigInt(Date.now()) - epoch) << 22n;
  last = now > last ? now : last + 1n;
  return String(last);
}

export function isNewer(id: string, than: string): boolean {
  return BigInt(id) > BigInt(than);
}
