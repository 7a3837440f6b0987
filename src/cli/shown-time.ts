/** A time as the clock of whoever looks has it, with the seconds; ISO 8601 comes in. */
export function shownTime(instant: string | number): string {
  const at = new Date(instant);
  return Number.isNaN(at.getTime()) ? String(instant) : at.toLocaleString('sv-SE');
}
