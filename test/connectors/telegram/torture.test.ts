/** The torture document as Telegram gets it, for a person to read: `torture.telegram` beside this file. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { limits, renderHtml, renderParts, visible } from '../../../connectors/telegram/render.js';

const text = readFileSync(new URL('../../markdown/torture.md', import.meta.url), 'utf8');

it('renders the torture document as the golden file has it', async () => {
  await expect(`${renderHtml(text)}\n`).toMatchFileSnapshot('torture.telegram');
});

it('splits it into parts that Telegram takes', () => {
  const parts = renderParts(text);
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts) expect(visible(part).length).toBeLessThanOrEqual(limits.text);
});
