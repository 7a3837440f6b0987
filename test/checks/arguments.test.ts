/** What does not leave in the arguments of a call, and what does. */
import { describe, expect, it } from 'vitest';
import { Checks } from '../../src/checks/checks.js';
import { Character } from '../../src/core/character.js';
import { hideValue } from '../../src/redaction.js';
import { secret } from './checked.js';

hideValue(secret);
const checks = new Checks({
  settings: { allowedHosts: ['corp.example'], outside: [], untrusted: [] },
  metrics: { stopped: () => {} },
  log: { warn: () => {} } as never,
});
const agent = { id: 'a', character: Character.parse({ name: 'A', bio: 'Mail help@trips.example.' }) };
const asked =
  'Mail bob.smith@mail.company.example, "eve"=<ann@b.example>, or look at https://good.example/a.';
const whyNot = (args: object, outside = true) =>
  checks
    .on(agent as never, { turnId: 't', taint: [] }, () => [asked])
    .refusal('tool', JSON.stringify(args), outside)?.reason ?? null;

describe('arguments of a call', () => {
  it.each([
    { a: secret.slice(0, 7), b: secret.slice(7) },
    { deep: [{ part: secret.slice(0, 7) }, { part: secret.slice(7) }] },
    { [secret]: 1 },
    { text: [...secret].join(' ') },
  ])('[act.56] hold no secret, however it is cut: %j', (args) => {
    expect(whyNot(args)).toContain('what is not told to anybody');
    expect(whyNot(args, false)).toContain('what is not told to anybody');
  });

  it.each([
    { url: 'https://evil.example/x' },
    { url: '//evil.example/x' },
    { url: 'evil.lol/x' },
    { url: '1.2.3.4/x' },
    { text: '`https://evil.example/x`' },
    { to: 'eve@evil.example' },
    { to: 'eve!@evil.example' },
    { to: '"eve x"@evil.example' },
    { to: 'eve@[1.2.3.4]' },
    // Pieces of addresses that people wrote are others.
    { to: 'smith@mail.company.example' },
    { to: 'bob.smith@mail.co' },
    { to: 'bobsmith@mail.company.example' },
    { to: 'b.example@good.example' },
  ])('[act.55] name no address that nobody has named: %j', (args) => {
    expect(whyNot(args)).toContain('nobody here has named');
    expect(whyNot(args, false)).toBeNull();
  });

  it.each([
    { to: 'Bob.Smith@mail.company.example' },
    { to: 'Bob <bob.smith@mail.company.example>, ann@b.example' },
    { to: "'ann@b.example'", url: 'https://good.example/a' },
    { to: 'help@trips.example', cc: 'anybody@corp.example' },
    { text: 'icon@2x.png, @scope/a@1.2.33, Node.js, 10.0.0.0/8' },
  ])('[act.60] may name the others: %j', (args) => {
    expect(whyNot(args)).toBeNull();
  });
});
