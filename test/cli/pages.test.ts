/** Pages that errors and the doctor point to. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { addressField, errorPages, pageOfError, pageOfSubject, subjectPages } from '../../src/cli/pages.js';
import { FatalError } from '../../src/errors.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** As GitHub makes them. */
function anchorsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('pages of the documentation', () => {
  const named = [...Object.values(errorPages), ...subjectPages.map(([, page]) => page)];
  const found = pageOfError(new FatalError('not_found', 'No hub.', { field: addressField }))!;

  it.each([...new Set([...named, found])])('%s is there', (page) => {
    const [path = '', anchor] = page.split('#');
    expect(existsSync(root + path)).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(root + path)).toContain(anchor);
  });

  it('are told of errors that have one, and of no other thing that is not found', () => {
    expect(pageOfError(new FatalError('store_locked', 'x'))).toMatch(/#another-hub/);
    expect(pageOfError(new FatalError('not_found', 'There is no such turn.'))).toBeUndefined();
    expect(pageOfError(new Error('x'))).toBeUndefined();
  });

  it('are told of what the doctor looks at', () => {
    expect(pageOfSubject('Model openai:gpt-4.1')).toMatch(/#the-model-does-not-answer$/);
    expect(pageOfSubject('assistant on Telegram')).toMatch(/#the-bot-does-not-answer-somebody$/);
    expect(pageOfSubject('what nobody knows')).toBeUndefined();
  });
});
