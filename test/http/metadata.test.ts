import { expect, it } from 'vitest';
import { parsePayload } from '../../connectors/http/normalize.js';

it('refuses metadata of so many levels that no JSON can be made of it', () => {
  let metadata: object = {};
  for (let level = 0; level < 50_000; level++) metadata = { a: metadata };
  expect(() => parsePayload({ text: 'hi', userId: 'a', metadata })).toThrow(
    expect.objectContaining({ code: 'invalid_field', field: 'metadata' }),
  );
});
