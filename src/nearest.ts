import { distance } from 'fastest-levenshtein';

/** The name that was probably meant; undefined when none is close. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const most = Math.max(2, Math.floor(name.length / 4));
  let best: { name: string; away: number } | undefined;
  for (const one of known) {
    const away = distance(name.toLowerCase(), one.toLowerCase());
    if (away <= most && away < (best?.away ?? Number.POSITIVE_INFINITY)) best = { name: one, away };
  }
  return best?.name;
}

/** `; did you mean "x"?`, or the names there are. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known];
  const meant = nearest(name, names);
  return meant === undefined ? `; there are: ${names.join(', ') || 'none'}` : `; did you mean "${meant}"?`;
}
