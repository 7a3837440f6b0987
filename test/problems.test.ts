import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parsePayload } from '../connectors/http/normalize.js';
import { readCharacter } from '../src/agents/character-file.js';
import { readConfig } from '../src/config.js';
import { problemsOf, problemText } from '../src/problems.js';

const refusal = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    const { code, field, message } = error as { code: string; field?: string; message: string };
    return { code, field, message };
  }
  throw new Error('was not refused');
};
const wrong = (schema: z.ZodType, input: unknown) =>
  problemText(problemsOf(schema.safeParse(input).error!, schema));

describe('[http-and-cli.21] what is wrong with an input', () => {
  it('is told of all its fields at once, the first one in `field`', () => {
    expect(refusal(() => parsePayload({ userId: 7, roomId: '', metadata: [], rooomId: 'x' }))).toEqual({
      code: 'invalid_field',
      field: 'text',
      message:
        'text: is missing; userId: must be a text, not a number; roomId: must not be empty; ' +
        'metadata: must be an object, in multipart as JSON text like {"source": "shop"}; ' +
        'rooomId: unknown; did you mean "roomId"?',
    });
  });

  it.each([[null], [[]], ['text'], [7]])('is told of the body as a whole: %j', (body) => {
    expect(refusal(() => parsePayload(body))).toMatchObject({
      field: undefined,
      message: expect.stringMatching(/^The body must be an object like /),
    });
  });

  it('is told of settings, all of them', () => {
    const { message, field } = refusal(() =>
      readConfig({
        ...{ CARRIER_PORT: 'http', CARRIER_LOG_LEVEL: 'loud', CARRIER_CONCURRENCY: '0' },
        ...{ CARRIER_CALLBACK_SECRET: 'secret-word' },
      }),
    );
    expect(field).toBe('CARRIER_PORT');
    for (const told of [
      'CARRIER_PORT: must be a number;',
      'CARRIER_LOG_LEVEL: must be one of trace, debug,',
      'CARRIER_CONCURRENCY: must be at least 1;',
      'CARRIER_CALLBACK_SECRET: must have at least 16 characters',
    ])
      expect(message).toContain(told);
    expect(message).not.toContain('secret-word');
  });

  it.each<[z.ZodType, unknown, string]>([
    [z.object({ a: z.string(), b: z.enum(['x', 'y']) }), {}, 'a: is missing; b: must be one of x, y'],
    [z.object({ a: z.boolean() }), { a: 'yes' }, 'a: must be true or false, not a text'],
    [z.object({ a: z.number().int() }), { a: 1.5 }, 'a: must be a whole number'],
    [z.object({ a: z.number().max(5) }), { a: 6 }, 'a: must be at most 5'],
    [z.object({ a: z.string().max(3) }), { a: 'four' }, 'a: must have at most 3 characters'],
    [z.object({ a: z.array(z.string()).max(1) }), { a: ['x', 'y'] }, 'a: must have at most 1 items'],
    [z.object({ a: z.array(z.string()) }), { a: ['x', null] }, 'a[1]: must be a text, not null'],
    [
      z.object({ a: z.union([z.string(), z.array(z.string())]) }),
      { a: ['x', 3] },
      'a[1]: must be a text, not a number',
    ],
    [z.object({ a: z.literal('x') }), { a: 'y' }, 'a: must be x'],
    [z.object({ a: z.email() }), { a: 'y' }, 'a: must be a valid email'],
    [z.object({ a: z.string().regex(/^x/, 'must begin so') }), { a: 'y' }, 'a: must begin so'],
    [z.strictObject({ a: z.string().optional() }), { b: 1 }, 'b: unknown; did you mean "a"?'],
    [z.strictObject({ name: z.string().optional() }), { colour: 1 }, 'colour: unknown; there are: name'],
  ])('is told in plain words (%#)', (schema, input, message) => expect(wrong(schema, input)).toBe(message));

  it('never speaks zod', () => {
    const kinds = [
      z.string(),
      z.number(),
      z.boolean(),
      z.array(z.string()),
      z.record(z.string(), z.string()),
    ];
    const inputs = [undefined, null, 1, 'x', true, [1], { a: 1 }, Number.NaN, {}];
    let told = 0;
    for (const kind of [...kinds, z.url(), z.enum(['p', 'q']), z.union([z.number(), z.literal('auto')])])
      for (const input of inputs) {
        const schema = z.object({ a: kind });
        if (schema.safeParse({ a: input }).success) continue;
        told += 1;
        expect(wrong(schema, { a: input })).not.toMatch(/undefined|expected|received|Invalid|ZodError/);
      }
    expect(told).toBeGreaterThan(40);
  });

  it('is cut off where there is no end to it', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => [`${'x'.repeat(500)}${i}`, i]);
    const message = refusal(() => parsePayload(Object.fromEntries(keys))).message;
    expect(message.length).toBeLessThan(5000);
    expect(message).toMatch(/^text: is missing; userId: is missing; x+: unknown;.*and more\.$/);
  });

  it('[http-and-cli.18] is told of metadata however deep it is', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`);
    expect(refusal(() => parsePayload({ text: 'x', userId: 'a', metadata: deep }))).toMatchObject({
      field: 'metadata',
      message: 'metadata: is nested deeper than 8 levels.',
    });
  });

  it('knows the fields of a connector that is not the hub’s own', () => {
    const read = readCharacter('{"name": "A", "bio": "B", "connectors": {"pager": {"keyword": []}}}');
    expect(read).toMatchObject({
      problem: { message: 'connectors.pager.keyword: unknown; did you mean "keywords"?' },
    });
  });
});
