/** Payloads as the gateway sends them, with made-up people, and what the hub gets of them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Bystanders,
  normalizeMessage,
  normalizeReaction,
} from '../../../connectors/discord/normalize.js';
import type { Place } from '../../../connectors/discord/place.js';

const guild: Place = {
  tenant: '41771983423143000',
  channel: '41771983423143937',
  direct: false,
};
const direct: Place = { tenant: '@me', channel: '41771983423143937', direct: true };

describe('a message', () => {
  it('that begins with the bot’s name is for the bot, and reads as a person would say it', () => {
    expect(normalized('mention')).toMatchObject({
      agentId: 'eliza',
      source: {
        connector: 'discord',
        tenant: '41771983423143000',
        channel: '41771983423143937',
        messageId: '1343000000000000001',
      },
      direct: false,
      addressed: true,
      author: { id: '80351110224678912', name: 'Al' },
      roles: ['41771983423143936'],
      // Whom nobody can name stays as written.
      text: 'ask @Bobby and @wizards in #attic :party: at 2026-03-01T10:00:00.000Z with /help <@80351110224670000>',
    });
  });

  it('that is a mere mention keeps it', () => {
    expect(normalized('mention', guild, { content: ' <@90351110224678900> ' })?.text).toBe('@Eliza');
    expect(
      normalized('mention', guild, { content: '<@90351110224678900> <@!90351110224678900>: hi' })?.text,
    ).toBe('hi');
    expect(normalized('mention', guild, { content: 'hi <@90351110224678900>' })?.text).toBe('hi @Eliza');
  });

  it('that names the bot’s own role is for the bot', () => {
    const change = { content: '<@&555> hi', mentions: [], mention_roles: ['555'] };
    expect(normalized('mention', guild, change)).toMatchObject({ addressed: true, text: 'hi' });
    expect(
      normalized('mention', guild, { mentions: [], mention_roles: [], content: 'hi all' }),
    ).toMatchObject({
      addressed: false,
    });
  });

  it('that answers the bot quotes it', () => {
    expect(normalized('reply')).toMatchObject({
      addressed: true,
      text: 'why?',
      replyTo: '1343000000000000001',
      quote: { author: 'Eliza', text: 'It is **seven**, @Alice.' },
    });
  });

  it('in a direct conversation is for the bot, with its files yet to be fetched', () => {
    const found = normalizeMessage(fixture('direct-with-files'), around(direct));
    expect(found?.message).toMatchObject({
      direct: true,
      addressed: true,
      author: { name: 'Alice' },
    });
    expect(found?.message.roles).toBeUndefined();
    expect(found?.files.map(({ file }) => file.filename)).toEqual(['cat.png', 'voice-message.ogg']);
  });

  it('that opens a post in a forum has its title, and only that one', () => {
    const post = { ...guild, thread: '1343000000000000004', title: 'Printer' };
    expect(normalized('forum-post', post)).toMatchObject({
      text: 'It does not start.',
      parts: [{ kind: 'title', text: 'Printer' }],
      source: { channel: '41771983423143937', thread: '1343000000000000004' },
      addressed: false,
    });
    expect(normalized('forum-post', { ...post }, { id: '1343000000000000044' })).toMatchObject({
      text: 'It does not start.',
      parts: [],
      threaded: true,
      addressed: false,
    });
  });

  it('that was forwarded is marked as that', () => {
    const forwarded = {
      kind: 'forwarded',
      text: 'The shop closes at six.',
      at: Date.parse('2026-02-28T10:00Z'),
    };
    expect(normalized('forwarded')).toMatchObject({ text: '', parts: [forwarded] });
    expect(normalized('forwarded', guild, { content: 'true?' })).toMatchObject({
      text: 'true?',
      parts: [forwarded],
    });
  });

  it('shows stickers by name', () => {
    expect(normalized('sticker')).toMatchObject({ text: 'hi', parts: [{ kind: 'sticker', text: 'Wave' }] });
  });

  it.each([
    ['<@80351110224678913> can you review my PR?', true],
    ['<@!80351110224678913>, look', true],
    ['thanks <@80351110224678913>, see you at lunch', true],
    ['thank you <@80351110224678913>!', true],
    ['<@&41771983423143936> lunch?', true],
    ['@everyone lunch?', true],
    ['what did <@80351110224678913> mean by that?', undefined],
    ['and when?', undefined],
  ])('"%s" in a thread is said to somebody else: %s', (content, another) => {
    const place = { ...guild, thread: '1343000000000000004' };
    const found = normalized('mention', place, { content, mentions: [], mention_roles: [] });
    expect(found).toMatchObject({ threaded: true, addressed: false });
    expect(found?.addressesAnother).toBe(another);
  });

  it('of a machine is marked; the bot’s own and those of Discord itself are none', () => {
    expect(normalized('webhook')?.author).toEqual({ id: '71771983423143000', name: 'CI', bot: true });
    expect(normalized('own')).toBeUndefined();
    expect(normalized('joined')).toBeUndefined();
  });
});

describe('a reaction', () => {
  it('to the agent’s message is feedback', () => {
    expect(normalizeReaction(fixture('reaction'), around(), false)).toEqual({
      agentId: 'eliza',
      source: {
        connector: 'discord',
        tenant: '41771983423143000',
        channel: '41771983423143937',
        messageId: '1343000000000000001',
      },
      author: { id: '80351110224678912', name: 'Al' },
      roles: [],
      emoji: '👍',
      removed: false,
    });
    const own = { ...fixture('reaction'), emoji: { id: '7', name: 'yay' } };
    expect(normalizeReaction(own, around(), true)).toMatchObject({ emoji: ':yay:', removed: true });
  });

  it('of the bot, or to somebody else, is none', () => {
    expect(normalizeReaction({ ...fixture('reaction'), user_id: self.id }, around(), false)).toBeNull();
    expect(normalizeReaction({ ...fixture('reaction'), message_author_id: '1' }, around(), false)).toBeNull();
  });
});

const self = { id: '90351110224678900', name: 'Eliza', roles: ['555'] };

function normalized(name: string, place = guild, change: object = {}) {
  return normalizeMessage({ ...fixture(name), ...change }, around(place))?.message;
}

function around(place = guild): Bystanders {
  return {
    agentId: 'eliza',
    connector: 'discord',
    self,
    place,
    roleName: (id) => ({ '41771983423143936': 'wizards' })[id] ?? null,
    channelName: (id) => ({ '41771983423143938': 'attic' })[id] ?? null,
  };
}

function fixture(name: string) {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
}
