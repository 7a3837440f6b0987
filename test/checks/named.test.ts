import { expect, it } from 'vitest';
import { Checks } from '../../src/checks/checks.js';
import { Character } from '../../src/core/character.js';

const checks = new Checks({
  settings: { allowedHosts: [], outside: [], untrusted: [] },
  metrics: { stopped: () => {} },
  log: { warn: () => {} } as never,
});
const agent = { id: 'a', character: Character.parse({ name: 'A', bio: 'A' }) } as never;

// It takes most of a minute where what people wrote is read again for each of them.
it('[act.55] a long list of links beside a long list that a person wrote is judged while others wait for little', () => {
  const links = (host: string) =>
    Array.from(
      { length: 2000 },
      (_, at) => `https://${host}${at}.example/a/${at} p${at}@${host}${at}.example`,
    );
  const asked = links('good').join('\n');
  const turn = checks.on(agent, { turnId: 't', taint: [{}] }, () => [asked]);
  expect(turn.words(asked)).toBe(asked);
  expect(turn.words(links('evil').join('\n'))).not.toContain('://');
  expect(turn.refusal('tool', JSON.stringify({ links: links('good') }), true)).toBeNull();
  expect(turn.words('a.'.repeat(50_000))).toBe('a.'.repeat(50_000));
});
