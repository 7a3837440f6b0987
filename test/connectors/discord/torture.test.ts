/** The torture document as Discord gets it, for a person to read: `torture.md` beside this file. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderDiscord } from '../../../connectors/discord/render.js';

it('renders the torture document as the golden file has it', async () => {
  const text = readFileSync(new URL('../../markdown/torture.md', import.meta.url), 'utf8');
  await expect(`${renderDiscord(text)}\n`).toMatchFileSnapshot('torture.md');
});
