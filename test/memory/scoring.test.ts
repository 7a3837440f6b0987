/** How candidates become a ranking, by examples that can be counted by hand. */
import { describe, expect, it } from 'vitest';
import { ranked, repeatsChosen, repeatsQuestion } from '../../src/memory/scoring.js';
import { ownScore } from '../../src/store/scoring.js';
import type { Candidate, Scale } from '../../src/store/search.js';

const hour = 3_600_000;
let key = 0;
const candidate = (
  words: number,
  meaning: number | null = null,
  more: Partial<Candidate> = {},
): Candidate => ({
  ...{ key: ++key, kind: 'message', byAgent: false, at: key * 1_000, found: true },
  ...{ words: [words], meaning: [meaning], ...more },
});
const scale: Scale = { words: 10, meaning: { least: 0.1, most: 0.6 } };
const wordsAlone: Scale = { words: 10, meaning: null };
const rank = (rooms: Candidate[][], of: Scale = wordsAlone, repeats: Candidate[] = []) =>
  ranked(
    { stretches: rooms.map((candidates, room) => ({ room, candidates })), scales: [of] },
    0,
    new Set(repeats.map((one) => one.key)),
  ).map((one) => ({ key: one.candidate.key, score: Math.round(1_000 * one.score) / 1_000 }));

describe('what a candidate says itself', () => {
  it('is half its words, divided by the best, and half its meaning, between the least and the most', () => {
    expect(ownScore(candidate(10, 0.6), 0, scale)).toBeCloseTo(1);
    expect(ownScore(candidate(5, 0.35), 0, scale)).toBeCloseTo(0.5);
    expect(ownScore(candidate(0, 0.6), 0, scale)).toBeCloseTo(0.5);
    expect(ownScore(candidate(10, 0.1), 0, scale)).toBeCloseTo(0.5);
    expect(ownScore(candidate(10, -0.5), 0, scale)).toBeCloseTo(0.5);
  });

  it('is all its words where there is no meaning to compare, or it has no vector yet', () => {
    expect(ownScore(candidate(10), 0, wordsAlone)).toBeCloseTo(1);
    expect(ownScore(candidate(5), 0, scale)).toBeCloseTo(0.5);
    expect(ownScore(candidate(0), 0, { words: 0, meaning: null })).toBe(0);
  });

  it('counts four fifths where the agent said it', () => {
    expect(ownScore(candidate(10, 0.6, { byAgent: true }), 0, scale)).toBeCloseTo(0.8);
  });
});

describe('a ranking', () => {
  it('gives neighbours a share, direct ones more, and all of a session that of its three best', () => {
    const [far, second, direct, hit] = [candidate(0), candidate(0), candidate(0), candidate(10)];
    expect(rank([[far, second, direct, hit]])).toEqual([
      { key: hit.key, score: 1.05 },
      { key: direct.key, score: 0.2 },
      { key: second.key, score: 0.13 },
    ]);
  });

  it('knows no neighbours over a pause of more than six hours, nor in another room', () => {
    const at = (hours: number) => ({ at: hours * hour });
    const hit = candidate(10, null, at(0));
    const soon = candidate(0, null, at(6));
    const late = candidate(0, null, at(12.1));
    expect(rank([[hit, soon, late], [candidate(0, null, at(0.5))]]).map((one) => one.key)).toEqual([
      hit.key,
      soon.key,
    ]);
  });

  it('of equals has the younger first', () => {
    const [older, younger] = [candidate(10), candidate(10)];
    expect(rank([[older], [younger]]).map((one) => one.key)).toEqual([younger.key, older.key]);
  });

  it('[memory.1] passes by what repeats the question, and gives the agent nothing for it, but people', () => {
    const copy = candidate(10);
    const unknowing = candidate(0, null, { byAgent: true });
    const answer = candidate(0);
    expect(rank([[copy, unknowing, answer]], wordsAlone, [copy])).toEqual([{ key: answer.key, score: 0.08 }]);
  });
});

describe('[memory.1] what repeats', () => {
  const said = (text: string, byAgent = false, author = 'ann') => ({ text, byAgent, author });

  it.each([
    ['What is the name of my dog?', 'what is the name of my dog'],
    ["what's my dog's name?", 'so what is my dog’s name??'],
    ['whats the name of my dog', 'whats the name of my dog'],
    ['Is Marcus in Lisbon?', 'is Marcus in Lisbon now?'],
  ])('%j is asked again by %j', (question, text) => {
    expect(repeatsQuestion({ text: question }, said(text))).toBe(true);
  });

  it.each([
    ['What is the name of my dog?', 'my dog is called Biscuit'],
    ['Is Marcus in Lisbon?', 'Marcus is in Lisbon'],
    ['where is the wine?', 'the wine is in the cellar'],
  ])('%j is not asked again by %j', (question, text) => {
    expect(repeatsQuestion({ text: question }, said(text))).toBe(false);
  });

  it('the agent that takes up its words does', () => {
    expect(
      repeatsQuestion({ text: 'Is Marcus in Lisbon?' }, said('I do not know if Marcus is in Lisbon', true)),
    ).toBe(true);
  });

  it('what was chosen is the same said again by the same person, or an echo of the agent’s', () => {
    const chosen = [said('my pin is 4711')];
    expect(repeatsChosen(chosen, said('My pin is 4711!'))).toBe(true);
    expect(repeatsChosen(chosen, said('your pin is 4711', true, 'ada'))).toBe(true);
    expect(repeatsChosen(chosen, said('my pin is 4712'))).toBe(false);
    expect(repeatsChosen(chosen, said('my pin is 4711', false, 'bob'))).toBe(false);
  });

  it.each([
    ['I like sushi', 'I do not like sushi'],
    ['The shop is open on Sunday', "The shop isn't open on Sunday"],
    ['Ich mag Sushi', 'Ich mag Sushi nicht'],
    ['寿司が好き', '寿司が好きじゃない'],
  ])('[knowledge.33] what denies a chosen one is not the same: %s', (one, other) => {
    expect(repeatsChosen([said(one)], said(other))).toBe(false);
    expect(repeatsChosen([said(other)], said(one))).toBe(false);
    expect(repeatsChosen([said(other)], said(other))).toBe(true);
  });
});
