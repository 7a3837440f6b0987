/** What the torture document looks like on Slack: committed for people to read, and to see what a change changes. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderReply } from '../../../connectors/slack/message.js';

it('shows the torture document on Slack as it did', async () => {
  const document = new URL('../../markdown/torture.md', import.meta.url);
  const { messages, files } = await renderReply(readFileSync(document, 'utf8'), []);
  const parts = messages.map(({ blocks }) => (blocks[0] as { text: { text: string } }).text.text);
  const names = files.map(({ name }) => `[file ${name}]`);
  await expect([...parts, ...names].join('\n\n=== next message ===\n\n')).toMatchFileSnapshot(
    './torture.mrkdwn',
  );
});
