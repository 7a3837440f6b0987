import { describe, expect, it } from 'vitest';
import { schemaOf } from '../../src/tools/schema.js';

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });
const pair = { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false };
const draft7 = 'http://json-schema.org/draft-07/schema#';
const draft2020 = 'https://json-schema.org/draft/2020-12/schema';

describe('schemas of tools', () => {
  it('[act.10] are of draft 2020-12, whether they say so or not', () => {
    for (const $schema of [{}, { $schema: draft2020 }, { $schema: `${draft2020}#` }]) {
      const schema = schemaOf(object({ at: pair }, $schema));
      expect(schema.problem({ at: ['a', 1] })).toBeNull();
      expect(schema.problem({ at: ['a', 'b'] })).toBe('/at/1 must be number');
    }
  });

  it('[act.10] are of draft 7 where they say so', () => {
    const items = [{ type: 'string' }, { type: 'number' }];
    const schema = schemaOf(object({ at: { type: 'array', items } }, { $schema: draft7 }));
    expect(schema.problem({ at: ['a', 'b'] })).toBe('/at/1 must be number');
    const dependent = object({}, { $schema: draft7, dependencies: { card: ['address'] } });
    expect(schemaOf(dependent).problem({ card: 1 })).toContain('address');
    const older = object({ n: { const: 3 } }, { $schema: 'http://json-schema.org/draft-06/schema' });
    expect(schemaOf(older).problem({ n: 4 })).toBe('/n must be 3');
  });

  it('[act.10] may have keywords and formats that nobody knows', () => {
    const schema = schemaOf(
      object({ slug: { type: 'string', format: 'slug', 'x-vendor': 1 } }, { 'x-a': {} }),
    );
    expect(schema.problem({ slug: 'a b' })).toBeNull();
    expect(schema.problem({ slug: 1 })).toBe('/slug must be string');
    expect(schemaOf(object({ to: { type: 'string', format: 'email' } })).problem({ to: 'x' })).toContain(
      'email',
    );
  });

  it.each([
    ['a type there is not', object({ a: { type: 'strnig' } }), 'type'],
    ['a pattern that is none', object({ a: { pattern: '(' } }), 'regular expression'],
    ['what it refers to is not there', object({ a: { $ref: '#/$defs/no' } }), 'no'],
    ['what it refers to is elsewhere', object({ a: { $ref: 'http://127.0.0.1:1/x.json' } }), '127.0.0.1:1'],
    [
      'it is itself',
      { ...object({ a: { $ref: '#/$defs/a' } }), $defs: { a: { $ref: '#/$defs/a' } } },
      'without end',
    ],
    ['it is no object', { type: 'string' }, 'must be of an object'],
    ['a draft that nobody knows', object({}, { $schema: 'https://example.com/mine' }), '"$schema"'],
    ['it is huge', object({ a: { enum: Array.from({ length: 50_000 }, (_, i) => `v${i}`) } }), 'longer'],
    ['it is deep', object({ a: nested(200) }), 'deeper'],
  ])('[act.10] cannot be used where %s, and say so', (_, schema, problem) => {
    expect(() => schemaOf(schema)).toThrow(problem);
  });

  it('tell a model what to do otherwise', () => {
    const schema = schemaOf(
      object(
        { to: { type: 'string' }, unit: { enum: ['EUR', 'USD'] } },
        { required: ['to'], additionalProperties: false },
      ),
    );
    expect(schema.problem({ unit: 'DM', why: 1 })?.split('\n')).toEqual([
      "the arguments must have required property 'to'",
      'the arguments must not have "why"',
      '/unit must be one of ["EUR","USD"]',
    ]);
    const strict = schemaOf(object({}, { additionalProperties: false }));
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`key${i}`, 1]));
    expect(strict.problem(many)?.split('\n')).toHaveLength(21);
  });

  it('may refer to themselves', () => {
    const schema = schemaOf({
      ...object({ root: { $ref: '#/$defs/node' } }),
      $defs: { node: object({ name: { type: 'string' }, next: { $ref: '#/$defs/node' } }) },
    });
    expect(schema.problem({ root: { name: 'a', next: { name: 1 } } })).toBe('/root/next/name must be string');
  });

  it('[act.10] may refer to all of themselves', () => {
    const schema = schemaOf(object({ name: { type: 'string' }, inside: { $ref: '#' } }));
    expect(schema.problem({ inside: { inside: { name: 1 } } })).toBe('/inside/inside/name must be string');
  });

  it('[act.10] may escape in their patterns what needs none', () => {
    const schema = schemaOf(object({ a: { pattern: '^[\\w\\-]+\\@x$' }, b: { pattern: '^\\p{Lu}$' } }));
    expect(schema.problem({ a: 'me@x', b: 'Ä' })).toBeNull();
    expect(schema.problem({ a: 'me', b: 'ä' })?.split('\n')).toHaveLength(2);
  });

  it('[act.18] take a number that is too long as text, also where there might be none', () => {
    const long = '1497549923779084388';
    for (const a of [{ type: ['integer', 'null'] }, { anyOf: [{ type: 'integer' }, { type: 'null' }] }]) {
      expect(schemaOf(object({ a })).problem({ a: long })).toBeNull();
      expect(schemaOf(object({ a })).problem({ a: '12' })).not.toBeNull();
    }
  });

  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `l${i}`,
      { allOf: [{ $ref: `#/$defs/l${i + 1}` }, { $ref: `#/$defs/l${i + 1}` }] },
    ]),
  );
  it.each([
    ['a pattern that goes back and forth', object({ a: { pattern: '^(a+)+$' } }), `${'a'.repeat(50)}!`],
    [
      'references that go round',
      {
        ...object({ a: { $ref: '#/$defs/a' } }),
        $defs: { a: { allOf: [{ $ref: '#/$defs/b' }] }, b: { allOf: [{ $ref: '#/$defs/a' }] } },
      },
      1,
    ],
    [
      'references that multiply',
      { ...object({ a: { $ref: '#/$defs/l0' } }), $defs: { ...doubling, l40: {} } },
      1,
    ],
  ])('end a check that would not end: %s', (_, schema, a) => {
    const checked = schemaOf(schema);
    expect(checked.problem({ a })).toContain('cannot be checked');
    expect(checked.problem({ a })).toContain('cannot be checked');
    expect(schemaOf(object({ b: { type: 'string' } })).problem({ b: 1 })).toContain('must be string');
  });

  it('refuse arguments that are too deep to look at', () => {
    expect(schemaOf(object({})).problem({ a: nested(200) })).toContain('deeper');
  });

  it('do not hear of one another', () => {
    const named = object({ a: { $id: 'https://tools.example/secret', type: 'number' } });
    expect(schemaOf(named).problem({ a: 'x' })).not.toBeNull();
    expect(() => schemaOf(object({ a: { $ref: 'https://tools.example/secret' } }))).toThrow('cannot be used');
    expect(() => schemaOf({ ...named, description: 'again' })).not.toThrow();
  });

  it('are compiled once', () => {
    expect(schemaOf(object({ a: { type: 'string' } }))).toBe(schemaOf(object({ a: { type: 'string' } })));
  });
});

function nested(depth: number): object {
  return depth === 0 ? {} : { properties: { a: nested(depth - 1) } };
}
