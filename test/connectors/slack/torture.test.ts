/** What the torture document looks like on Slack: committed for people to read, and to see what a change changes. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderReply } from '../../../connectors/slack/message.js';

const document = new URL('../../markdown/torture.md', import.meta.url);
const missing = existsSync(document) ? '' : ' (skipped: test/markdown/torture.md is not there)';
if (missing) process.stderr.write(`the torture document on Slack${missing}\n`);

describe.skipIf(missing)(`the torture document on Slack${missing}`, () => {
  it('is as it was', async () => {
    const { messages, files } = renderReply(readFileSync(document, 'utf8'), []);
    const parts = messages.map(({ blocks }) => (blocks[0] as { text: { text: string } }).text.text);
    const names = files.map(({ name }) => `[file ${name}]\n`);
    await expect([...parts, ...names].join('\n\n=== next message ===\n\n')).toMatchFileSnapshot(
      './torture.mrkdwn',
    );
  });
});
