/** Pages that errors and the doctor point to. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  addressField,
  checkPages,
  errorPages,
  pageOfError,
  pageOfFinding,
  subjectPages,
} from '../../src/cli/pages.js';
import { FatalError } from '../../src/errors.js';
import { waitingFindings } from '../../src/waiting-diagnosis.js';

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

const none = { unanswered: 0, since: null, dead: 0, late: [], newest: null, running: true };

describe('pages of the documentation', () => {
  const named = [...Object.values(errorPages), ...[...subjectPages, ...checkPages].map(([, page]) => page)];
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
    expect(pageOfFinding('Model openai:gpt-4.1', 'it answers')).toMatch(/#the-model-does-not-answer$/);
    expect(pageOfFinding('assistant on Telegram', 'it answers')).toMatch(
      /#the-bot-does-not-answer-somebody$/,
    );
    const given = waitingFindings({ ...none, dead: 2 }).find(({ ok }) => !ok)!;
    expect(pageOfFinding('Data folder', given.check)).toMatch(/#replies-do-not-arrive$/);
    const waits = waitingFindings({ ...none, unanswered: 1, since: 0 }).find(({ ok }) => !ok)!;
    expect(pageOfFinding('Data folder', waits.check)).toMatch(/#a-turn-failed$/);
    expect(pageOfFinding('Data folder', 'its disk')).toMatch(/#another-hub/);
    expect(pageOfFinding('what nobody knows', 'it answers')).toBeUndefined();
  });
});
