/** What went wrong elsewhere, in its pure form. */
import { describe, expect, it } from 'vitest';
import { masked, sensitive } from '../../../../src/memory/facts/rules/sensitive.js';
import { now, said, told } from './scene.js';

describe('facts by rules', () => {
  it('[memory.9] a new name holds, the old one is past', () => {
    for (const later of [
      'My dog is called Rex now',
      "My dog's name is Rex now.",
      'We renamed the dog Rex',
      'we renamed Biscuit to Rex',
      'The dog is called Rex now',
      'Biscuit is called Rex now',
      "The dog's name is Rex from now on",
    ]) {
      const { holds, past } = told('my dog is called Biscuit', later);
      expect(past, later).toEqual(['My dog is called Biscuit.']);
      expect(holds, later).toHaveLength(1);
      expect(holds[0], later).toContain('Rex');
    }
    expect(told('my dog is called Biscuit', 'my dog is called Rex').disputed).toHaveLength(1);
    expect(told('my dog is called Biscuit', 'my cat is called Rex').past).toEqual([]);
  });

  it('[knowledge.33] a changed taste leaves what is now, and what was', () => {
    for (const later of [
      "I can't stand sushi any more",
      'I hate sushi now',
      "I don't like sushi anymore",
      'I no longer like sushi',
      "I've gone off sushi",
      "I'm sick of sushi",
    ]) {
      const { holds, past } = told('I love sushi', later);
      expect(past, later).toEqual(['I love sushi.']);
      expect(holds, later).toHaveLength(1);
    }
    expect(told('I love sushi', 'I hate spicy sushi').past).toEqual([]);
    expect(told('I love sushi', "I can't stand ramen").past).toEqual([]);
  });

  it('[knowledge.34] the same in nine wordings is one fact', () => {
    const { holds, said } = told(
      'I live in Rome',
      "I'm living in Rome",
      'I live in Rome, Italy',
      'we live in Rome',
      "I'm based in Rome",
      'My home is in Rome',
      'Rome is where I live',
      'i still live in rome',
      'I have lived in Rome since 2015',
    );
    expect(holds).toEqual(['I live in Rome.']);
    expect(said['I live in Rome.']).toBe(9);
    expect(
      told(
        'I love sushi',
        'I really like sushi',
        "I'm a big fan of sushi",
        'I adore sushi',
        "I'm crazy about sushi",
      ).said,
    ).toEqual({ 'I love sushi.': 5 });
  });

  it('[knowledge.36] a request says nothing of its author', () => {
    for (const text of [
      'explain how to reverse a list in groups',
      'Can you show me how I sort a list?',
      'please translate: I love sushi',
      'Write a poem in which I live in Rome.',
      'You seem to be a night owl',
    ])
      expect(said(text), text).toEqual([]);
  });

  it('[knowledge.35] what the prompt is made of gives nothing', () => {
    for (const text of [
      'You are a helpful assistant. The user likes sushi.',
      'Known facts: Kim lives in Rome',
      'Anna: I live in Rome',
      '[12:04] Anna: my dog is called Rex',
      '> I live in Rome',
      '```\nI live in Rome\n```',
    ])
      expect(said(text), text).toEqual([]);
  });

  it('[knowledge.37] quoted words are not the words of the one who quotes them', () => {
    expect(said('"I have no partner" - these two do not exclude each other')).toEqual([]);
    expect(
      said('I have no partner. These two do not exclude each other', { quote: 'I have no partner.' }),
    ).toEqual([]);
    expect(said('> I have no partner\nthese two do not exclude each other')).toEqual([]);
    expect(said('I am badly allergic to hazelnuts')).toMatchObject([
      { subject: 'self', attribute: 'allergy', value: 'hazelnuts' },
    ]);
  });

  it('[knowledge.38] a denial ends what was false, and talk about it does not revive it', () => {
    const { holds, past } = told(
      'I am badly allergic to hazelnuts',
      'That was not me, I have no hazelnut allergy',
      'That hazelnut allergy mistake was annoying',
      'Why did you think I was allergic to hazelnuts?',
      'You said I am allergic to hazelnuts',
    );
    expect(past).toEqual(['I am badly allergic to hazelnuts.']);
    expect(holds).toEqual([]);
    expect(told('I have a nut allergy', "I'm not allergic to nuts").past).toHaveLength(1);
  });

  it('[knowledge.39] days are those of the speaker and of the message', () => {
    const at = Date.parse('2023-05-24T12:00:00Z');
    expect(said('I was in Lyon last week', { at })).toMatchObject([
      { temporal: 'past', text: 'I was in Lyon last week (2023-05-15 to 2023-05-21).' },
    ]);
    const night = Date.parse('2026-11-27T15:30:00Z');
    const [east] = said('I fly to Lisbon tomorrow', { at: night, zone: 'Asia/Singapore' });
    expect(east!.text).toBe('I fly to Lisbon tomorrow (2026-11-28).');
    expect(east!.since).toBe(Date.parse('2026-11-28T00:00:00+08:00'));
    const [west] = said('I fly to Lisbon tomorrow', {
      at: Date.parse('2026-11-28T04:30:00Z'),
      zone: 'America/New_York',
    });
    expect(west!.text).toBe('I fly to Lisbon tomorrow (2026-11-28).');
    expect(west!.since).toBe(Date.parse('2026-11-28T00:00:00-05:00'));
  });

  it('[knowledge.40] a succession is no contradiction, and the order is that of events', () => {
    const raise = told('My salary was 28,000 until February, 32,000 since');
    expect(raise).toMatchObject({
      past: ['My salary was 28,000 until February.'],
      disputed: [],
    });
    expect(raise.holds).toHaveLength(1);
    const late = told('I live in Hamburg', 'in 2019 I lived in Kiel');
    expect(late).toMatchObject({ holds: ['I live in Hamburg.'], past: ['In 2019 I lived in Kiel.'] });
    const [kiel] = said('in 2019 I lived in Kiel');
    expect(kiel).toMatchObject({
      temporal: 'past',
      since: Date.parse('2019-01-01T00:00:00+01:00'),
      until: Date.parse('2020-01-01T00:00:00+01:00'),
    });
    expect(told('Anna uses Kafka', 'Kafka is run by team B')).toMatchObject({ past: [], disputed: [] });
    expect(told('I use Kafka', 'I use Redis now', 'Kafka is run by team B').past).toEqual([]);
  });

  it('[knowledge.41] nobody is who they are greeted as; each fact stands in its message', () => {
    expect(said('Good afternoon, Bob')).toEqual([]);
    expect(told('My name is Kim', 'My name is Alex').disputed).toHaveLength(1);
    const text =
      'Hi! I work at Acme, and my dog’s name is “Rex”. I used to live in Kiel but moved to Hamburg';
    const facts = said(text);
    expect(facts.length).toBeGreaterThan(3);
    for (const { span } of facts)
      expect(text.replace(/[“”]/g, ' ').replace(/\s+/g, ' ')).toContain(span.replace(/\s+/g, ' '));
  });

  it('[knowledge.42] values of secrets are masked', () => {
    const text =
      'remember: the production password is Gurke7!, key sk-test-000111222333, card 4111 1111 1111 1111';
    expect(sensitive(text)).toBe('secret');
    const clean = masked(text);
    for (const value of ['Gurke7', 'sk-test-000111222333', '0001112', '4111 1111', '1111'])
      expect(clean).not.toContain(value);
    expect(clean).toContain('the production password is');
    expect(now).toBeGreaterThan(0);
  });
});
