/** Versions as entity tags (RFC 9110, sections 8.8.3 and 13.1.1). */

export function entityTag(version: number): string {
  return `"${version}"`;
}

/** The versions that an If-Match names; none where it names other things alone, weak tags too: no version matches then. */
export function versionsIn(header: string): '*' | number[] {
  if (header.trim() === '*') return '*';
  return header.split(',').flatMap((tag) => {
    const [, digits] = /^\s*"(\d{1,15})"\s*$/.exec(tag) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}
