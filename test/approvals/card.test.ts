import { describe, expect, it } from 'vitest';
import { type CardFields, cardOf, whyNotApprovable } from '../../src/approvals/card.js';

const now = Date.UTC(2026, 10, 27, 18);
const wire: CardFields = {
  ...{ id: 'ap_abcdefghij', tool: 'plugin:bank:wire', arguments: '{"amount":250,"to":"Bob"}', direct: false },
  requester: { id: 'U42', name: 'Ann' },
  source: { connector: 'pager', tenant: 'acme', channel: 'C7', thread: '12' },
  ...{ rule: 'policy: money', reason: 'Money leaves the house.', votes: [], state: 'open' },
  terms: { role: 'operator', people: 1, fourEyes: true },
  expiresAt: now + 24 * 3_600_000,
};
const card = (change: Partial<CardFields> = {}) => cardOf({ ...wire, ...change }, now);

describe('a card', () => {
  it('says what is to be done, for whom, where, why, who decides, until when and how', () => {
    expect(card()).toEqual({
      decidable: true,
      text: `**Approval needed:** \`plugin:bank:wire\`

Its arguments:

\`\`\`
{"amount":250,"to":"Bob"}
\`\`\`

Asked for by \`Ann\`, account \`U42\` on \`pager\` (\`acme\`), in \`C7\`, thread \`12\`.

Rule: \`policy: money\`.

Why: \`Money leaves the house.\`

Who decides: an operator or above; never whoever asked, from none of their accounts. Open until 2026-11-28 18:00 UTC (24 hours).

Press a button, or write \`/approve ap_abcdefghij\` or \`/deny ap_abcdefghij REASON\` in any room.`,
    });
  });

  it('[act.24] says who has approved it and how many are missing', () => {
    const terms = { role: 'admin', people: 2, fourEyes: false } as const;
    const { text } = card({ terms, votes: [{ name: 'person ann' }] });
    expect(text).toContain('Who decides: 2 people, each an admin or above. Open');
    expect(text).toContain('**Approved by** `person ann`; 1 more is needed.');
    expect(card({ terms }).text).toContain('**Approved by** nobody so far; 2 more are needed.');
    expect(card().text).not.toContain('Approved by');
  });

  it('names what the turn has read, with its origins', () => {
    const { text } = card({
      taint: [
        { kind: 'page', what: 'https://evil.example/x' },
        { kind: 'memory', what: 'a `fact`' },
      ],
    });
    expect(text).toContain('**Tainted:**');
    expect(text).toContain('- the page `https://evil.example/x`\n- a memory of `a \\u0060fact\\u0060`');
  });

  it.each([
    [
      { state: 'approved', by: 'person bob', votes: [{ name: 'person ann' }, { name: 'person bob' }] },
      '**Approved** by `person ann` and `person bob`.',
    ],
    [
      { state: 'denied', by: 'person bob', note: 'not today' },
      '**Denied** by `person bob`. It was not done.\n\nThey say: `not today`',
    ],
    [{ state: 'denied', by: 'token ops' }, '**Denied** by `token ops`. It was not done.'],
    [{ state: 'expired' }, '**Expired:** nobody decided in time. It was not done.'],
    [{ state: 'stopped' }, '**Stopped**: its turn was called off. It was not done.'],
  ] as [Partial<CardFields>, string][])('says how it ended, and asks for nothing then: %j', (change, end) => {
    const { text, decidable } = card(change);
    expect(decidable).toBe(false);
    expect(text.endsWith(end)).toBe(true);
    expect(text).toContain('{"amount":250,"to":"Bob"}');
    expect(text).not.toMatch(/\/approve|Open until|Press/);
  });
});

describe('[act.33] a card that cannot be read', () => {
  it.each([null, '', ' \n'])('for want of arguments (%j) cannot be approved, and says what to do', (args) => {
    const { text, decidable } = card({ arguments: args });
    expect(decidable).toBe(false);
    expect(text).toContain('**Nobody can approve this:** what it would do is not known.');
    expect(text).toContain('Deny it by `/deny ap_abcdefghij REASON`');
    expect(text).not.toContain('/approve');
  });

  it('for its length cannot be approved either: of 16,000 characters one more, or many that show as escapes', () => {
    const json = (length: number) => JSON.stringify({ a: 'x'.repeat(length - 8) });
    expect(card({ arguments: json(16_000) }).decidable).toBe(true);
    const { text, decidable } = card({ arguments: json(16_001) });
    expect(decidable).toBe(false);
    expect(text).toContain('its arguments are too long to be read (16001 characters)');
    expect(text.length).toBeLessThan(3000);
    expect(whyNotApprovable({ arguments: `"${'\u202e'.repeat(9000)}"` })).toContain('too long');
    expect(whyNotApprovable({ arguments: '{}' })).toBeNull();
  });
});

describe('[act.33] what is in a card', () => {
  it('is JSON that says the same, its odd characters as escapes', () => {
    const value = {
      command: `a\u202eb\u200bc\u{e0041}\`\`\`${' '.repeat(300)}\n[ok](http://x)`,
      path: 'C:\\u202e\\x',
    };
    const { text } = card({ arguments: JSON.stringify(value) });
    const shown = /```\n(.*)\n```/.exec(text)![1]!;
    expect(shown).toContain('a\\u202eb\\u200bc\\udb40\\udc41\\u0060\\u0060\\u0060⟨300 spaces⟩\\n[ok]');
    expect(JSON.parse(shown.replace('⟨300 spaces⟩', ' '.repeat(300)))).toEqual(value);
  });

  it('is told from what only looks like the hub’s marks', () => {
    expect(card({ arguments: '{"a":"⟨9 spaces⟩"}' }).text).toContain('{"a":"\\u27e89 spaces\\u27e9"}');
    expect(card({ arguments: 'no JSON \\u202e\n```' }).text).toContain(
      '```\nno JSON \\\\u202e\\n\\u0060\\u0060\\u0060\n```',
    );
  });

  it('in long parts is cut in no escape, pair or letter', () => {
    const value = { a: 'e\u0301👩\u202e'.repeat(900) };
    const blocks = [...card({ arguments: JSON.stringify(value) }).text.matchAll(/```\n(.*)\n```/g)].map(
      ([, block]) => block!,
    );
    expect(blocks.length).toBeGreaterThan(3);
    for (const block of blocks) {
      expect(block).toMatch(/^(\\u|[^\\\p{M}\p{Cs}])/u);
      expect(block).not.toMatch(/\\(u[\da-f]{0,3})?$|\p{Cs}$/u);
    }
    expect(JSON.parse(blocks.join(''))).toEqual(value);
  });
});
