/** Cards of hostile calls through each platform's own renderer: everything can be read, and nothing does anything. */
import '../support/property-seed.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CardFields, cardOf } from '../../src/approvals/card.js';
import { visible } from '../../src/core/visible.js';
import { hostile, platforms } from './hostile.js';

const now = Date.UTC(2026, 10, 27, 18);
const states: CardFields['state'][] = ['open', 'approved', 'denied', 'expired', 'stopped'];
const roles = ['guest', 'member', 'operator', 'admin', 'owner'] as const;
const kinds = ['page', 'file', 'tool', 'person', 'quote', 'webhook', 'memory'] as const;

const json = fc.oneof(
  fc
    .dictionary(hostile, fc.oneof(hostile, fc.integer(), fc.boolean()), { maxKeys: 4 })
    .map((value) => JSON.stringify(value)),
  hostile,
);

const fields: fc.Arbitrary<CardFields> = fc.record({
  id: fc.constant('ap_abcdefghij'),
  tool: hostile,
  arguments: fc.oneof({ weight: 9, arbitrary: json }, fc.constant(null)),
  requester: fc.record({ id: hostile, name: fc.option(hostile, { nil: undefined }) }),
  source: fc.record({
    connector: hostile,
    tenant: hostile,
    channel: hostile,
    thread: fc.option(hostile, { nil: undefined }),
  }),
  direct: fc.boolean(),
  rule: hostile,
  reason: fc.option(hostile, { nil: undefined }),
  taint: fc.array(fc.record({ kind: fc.constantFrom(...kinds), what: hostile }), { maxLength: 3 }),
  terms: fc.record({
    role: fc.constantFrom(...roles),
    people: fc.constantFrom(1, 2, 3),
    fourEyes: fc.boolean(),
  }),
  votes: fc.array(fc.record({ name: hostile }), { maxLength: 2 }),
  state: fc.constantFrom(...states),
  expiresAt: fc.constantFrom(now - 1, now + 60_000, now + 3_600_000, now + 86_400_000 * 30),
  by: fc.option(hostile, { nil: undefined }),
  note: fc.option(hostile, { nil: undefined }),
});

const code = /```\n([\s\S]*?)\n```|`([^`]*)`/g;

/** All words that are the hub's own, from cards with nothing of anybody's in them. */
const vocabulary = new Set(ownCards().flatMap((text) => wordsOf(text.replace(code, ' '))));

function ownCards(): string[] {
  const texts: string[] = [];
  const [first, second] = [
    { people: 1, direct: true },
    { people: 2, direct: false },
  ];
  for (const state of states)
    for (const role of roles)
      for (const { people, direct } of [first, second])
        for (const [at, args] of [null, '', '{}', 'x'.repeat(3000), 'x'.repeat(17_000)].entries()) {
          const expiresAt = now + [0, 60_000, 3_600_000, 9 * 86_400_000, 0][at]!;
          const long = 'r'.repeat(people * 150);
          const given: CardFields = {
            ...{
              id: 'ap_a',
              tool: 't',
              arguments: args,
              requester: { id: 'i', name: 'n' },
              direct,
              rule: 'r',
            },
            source: { connector: 'c', tenant: 't', channel: 'c', thread: 't' },
            ...{ reason: long, note: long, by: 'b', state, expiresAt },
            terms: { role, people, fourEyes: direct },
            votes: at % 2 === 0 ? [] : [{ name: 'v' }],
            taint: kinds.map((kind) => ({ kind, what: 'w' })),
          };
          texts.push(cardOf(given, now).text);
        }
  return texts;
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}]+/gu) ?? [];
}

const dense = (text: string) => text.replace(/\s/g, '');

for (const { name, forms, read, most, length } of platforms)
  describe(`[act.33] a card on ${name}`, () => {
    it('says nothing but the hub’s own words outside of code, and all else within it', () => {
      fc.assert(
        fc.property(fields, (given) => {
          const { text } = cardOf(given, now);
          const { parts, files } = forms.renderReply(text);
          // A file would have to be opened, and is not always shown.
          expect(files).toEqual([]);
          const shown = parts.map(read);
          const loose = shown.map((part) => part.loose).join('\n');
          for (const word of wordsOf(loose.replace(/<\/?b>/g, ''))) expect(vocabulary).toContain(word);
          expect(loose.replace(/<\/?b>/g, '')).toMatch(/^[\p{L}\d\s□.,:;()*•’-]*$/u);
          const written = [...text.matchAll(code)].map(([, block, span]) => block ?? span);
          expect(dense(shown.flatMap(({ code }) => code).join(''))).toBe(dense(written.join('')));
          for (const part of parts) expect(length(part)).toBeLessThanOrEqual(most);
        }),
        { numRuns: 100 },
      );
    });

    it('is shown in as many messages when it is settled, or fewer', () => {
      const long = fields.filter((given) => given.arguments !== null && given.state === 'open');
      fc.assert(
        fc.property(long, fc.constantFrom('approved', 'expired', 'stopped', 'denied'), (given, state) => {
          const open = { ...given, by: undefined, note: undefined, votes: [] };
          const by = given.votes.length > 0 ? 'person ann' : undefined;
          const before = forms.renderReply(cardOf(open, now).text).parts.length;
          expect(
            forms.renderReply(cardOf({ ...open, state, by }, now).text).parts.length,
          ).toBeLessThanOrEqual(before);
        }),
        { numRuns: 50 },
      );
    });

    it('of 16,000 characters is all there, its end too, and decided in the last message', () => {
      const harm = '; rm -rf / --no-preserve-root';
      for (const filler of [
        'echo ok; ',
        '\u202e',
        '@ann <@1> ',
        '<&>',
        '"\\',
        '\n',
        '汉',
        '👩‍👩‍👧',
        '_*~|',
        ' ',
      ]) {
        const room = 15_900 - harm.length;
        let command = '';
        while (JSON.stringify({ command: command + filler }).length < room) command += filler;
        const args = JSON.stringify({ command: command + harm });
        const given = { ...benign, arguments: args };
        const { text, decidable } = cardOf(given, now);
        if (!decidable) {
          // Only what its escapes make longer than anybody reads.
          expect(visible(args).length).toBeGreaterThan(32_000);
          expect(text).toContain('Nobody can approve this');
          continue;
        }
        const { parts, files } = forms.renderReply(text);
        expect(files).toEqual([]);
        const said = dense(
          parts
            .map(read)
            .flatMap((part) => part.code)
            .join(''),
        );
        expect(said).toContain(dense(harm));
        expect(parts.length).toBeLessThanOrEqual(40);
        expect(parts.at(-1)).toContain('/approve ap_abcdefghij');
        expect(parts.slice(0, -1).join()).not.toContain('/approve');
      }
    });
  });

const benign: CardFields = {
  ...{
    id: 'ap_abcdefghij',
    tool: 'mcp:shell:run',
    arguments: '{}',
    direct: false,
    rule: 'r',
    votes: [],
    state: 'open',
  },
  requester: { id: '42', name: 'Ann' },
  source: { connector: 'pager', tenant: 'default', channel: '7' },
  terms: { role: 'operator', people: 1, fourEyes: false },
  expiresAt: now + 3_600_000,
};
