import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { changelogProblem } from './changelog.js';
import { contentProblems } from './contents.js';
import { isAllowed, licenceProblems } from './licences.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('a release', () => {
  it('comes with licences alone that let us give it on', () => {
    const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));
    expect(licenceProblems(root, packages)).toEqual([]);
    const planted = {
      ...packages,
      'node_modules/x': { version: '1.0.0', license: 'AGPL-3.0-only' },
      'node_modules/y': {},
    };
    expect(licenceProblems(root, planted)).toEqual([
      'x 1.0.0: AGPL-3.0-only',
      'y undefined: no licence is named',
    ]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-or-later)', true],
    ['GPL-3.0-or-later', false],
    ['Apache-2.0 AND GPL-2.0-only', false],
    ['', false],
    ['UNLICENSED', false],
  ])('takes the licence "%s": %s', (expression, allowed) => expect(isAllowed(expression)).toBe(allowed));

  it('has a version that CHANGELOG.md begins with', () => {
    expect(changelogProblem('# Changes\n\n## 1.2.0 (2026-12-01)\n', '1.2.0')).toBeNull();
    expect(changelogProblem('# Changes\n\n## Unreleased\n', '1.2.0')).toContain('"Unreleased"');
    expect(changelogProblem('', '1.2.0')).toContain('no heading');
  });

  it('is refused with a file too few or too many', () => {
    expect(contentProblems(['.env', 'test/x.test.ts', 'dist/src/index.js'])).toEqual(
      expect.arrayContaining([
        'dist/web/console/index.html is missing',
        '.env does not belong there',
        'test/x.test.ts does not belong there',
      ]),
    );
  });
});
