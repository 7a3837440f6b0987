/** Days, as whoever looks at the page has them. */

export function viewersZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** `2026-03-29`, of the day that it is there then. */
export function dayIn(zone: string, at: number): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);
}

/** The last days up to today, the earliest first. Calendar days, so that none is lost or twice where clocks change. */
export function lastDays(count: number, zone: string, now: number): string[] {
  const today = Date.parse(`${dayIn(zone, now)}T00:00:00Z`);
  return Array.from({ length: count }, (_, back) =>
    new Date(today - (count - 1 - back) * 86_400_000).toISOString().slice(0, 10),
  );
}
