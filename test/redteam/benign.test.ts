/** What only looks like an attack passes unchanged: to the model, to people, and to the outside. */
import { beforeAll, describe, expect, it } from 'vitest';
import { benignCases, runBenign, type Seen } from './benign-stage.js';
import type { Defences } from './defences.js';

const settings: Defences[] = ['off', 'on'];

describe.each(settings)('benign look-alikes, defences %s', (defences) => {
  let seen: Map<string, Seen>;
  beforeAll(async () => {
    seen = await runBenign(defences);
  });

  it.each(benignCases)('$name', ({ name, text, reply, deed }) => {
    const { read, shown, deeds } = seen.get(name)!;
    expect(read).toContain(text);
    expect(shown).toEqual([reply]);
    if (deed) expect(deeds).toContainEqual(deed);
  });
});
