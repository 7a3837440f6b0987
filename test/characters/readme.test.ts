import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCharacter } from '../../src/agents/character-file.js';
import { Character } from '../../src/core/character.js';
import { settingsFor } from '../../src/core/connector-settings.js';

const folder = new URL('../../characters/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const readme = read('README.md');

const platform = settingsFor(Character.parse({ name: 'A', bio: 'B' }), 'discord') as Record<string, unknown>;

const webchat = Character.parse({ name: 'A', bio: 'B', connectors: { webchat: {} } }).connectors
  .webchat as Record<string, unknown>;

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
}

/** `memory.recall` and the like, with what a character has that leaves them out. */
function fields(schema: Schema, defaults: Record<string, unknown>, prefix = ''): [string, string][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]): [string, string][] => {
    const value = defaults[key];
    // All platforms have the same settings, described once.
    if (key === 'connectors') {
      const { additionalProperties: all, properties } = inner;
      const own = Object.entries(properties!.webchat!.properties!).filter(([one]) => !all!.properties![one]);
      return [
        ...fields(all!, platform, 'connectors.NAME.'),
        ...fields({ properties: Object.fromEntries(own) }, webchat, 'connectors.webchat.'),
      ];
    }
    if (inner.properties) return fields(inner, (value ?? {}) as Record<string, unknown>, `${prefix}${key}.`);
    if (schema.required?.includes(key)) return [[prefix + key, 'required']];
    return [[prefix + key, value === undefined ? 'none' : `\`${JSON.stringify(value)}\``]];
  });
}

describe('characters/README.md', () => {
  it('lists every field with its default', () => {
    const schema = z.toJSONSchema(Character, { io: 'input' }) as Schema;
    const expected = fields(schema, Character.parse({ name: 'A', bio: 'B' }));
    const rows = [...readme.matchAll(/^\| `([^`/]+)` +\| ([^|]+?) +\|/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    expect(rows).toEqual(expected);
  });

  it('says where HTTP is different', () => {
    const http = settingsFor(Character.parse({ name: 'A', bio: 'B' }), 'http', true) as Record<
      string,
      unknown
    >;
    const different = Object.entries(http).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(platform[key]),
    );
    const rate = { perUser: 0, perRoom: 0, perPlace: 0, windowSeconds: 60 };
    expect(Object.fromEntries(different)).toEqual({ dm: 'open', places: 'open', rate });
    for (const field of ['dm', 'places'])
      expect(readme).toMatch(new RegExp(`\`connectors.NAME.${field}\` .* \`http\`: \`open\``));
    for (const field of ['perUser', 'perRoom'])
      expect(readme).toMatch(new RegExp(`\`connectors.NAME.rate.${field}\` .* \`http\`: \`0\``));
  });

  it('has examples that load', () => {
    const examples = [...readme.matchAll(/```json\n(.+?)```/gs)].map(([, example]) => example!);
    expect(examples).toHaveLength(3);
    for (const example of examples) expect(readCharacter(example)).toHaveProperty('character.name', 'Pip');
  });

  it('lists every command', () => {
    const page = readFileSync(new URL('../../docs/chat-commands.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `\/(\w+)/gm)].map(([, name]) => name);
    const folder = new URL('../../src/intake/commands/', import.meta.url);
    const files = readdirSync(folder).map((file) => file.replace('.ts', ''));
    expect(listed.sort()).toEqual(files.filter((file) => file !== 'command').sort());
  });
});

describe.each(readdirSync(folder).filter((file) => file.endsWith('.json')))('%s', (file) => {
  const reading = readCharacter(read(file));
  if ('problem' in reading) throw new Error(reading.problem.message);
  const { examples, name, system, style } = reading.character;

  it('says who it is and how it writes', () => {
    expect(name).not.toBe('');
    expect(system.length).toBeGreaterThan(100);
    expect(style.length).toBeGreaterThan(2);
  });

  it.each([
    ['a greeting', /\b(?:hello|hi)\b/i],
    ['how are you', /how are you/i],
    ['who are you', /who are you/i],
    ['what can you do', /what can you do/i],
    ['thanks', /\bthank/i],
    ['goodbye', /\bbye\b/i],
    ['having no idea', /no idea/i],
    ['a calculation', /\d \* \d/],
    ['remembering', /^remember that/i],
    ['something told before', /my sister/i],
  ])('has a voice for %s', (_, asked) => {
    expect(examples.some(({ user }) => asked.test(user))).toBe(true);
  });

  it('admits what it does not know', () => {
    expect(examples.some(({ reply }) => /I do not know/.test(reply))).toBe(true);
  });
});
