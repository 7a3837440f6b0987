/** The page of an agent's web chat, in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser, watch } from '../../support/browser.js';
import { ChatRig, say } from './rig.js';

describe.skipIf(noBrowser)(`the page of a web chat${noBrowser ? ` (skipped: ${noBrowser})` : ''}`, () => {
  let rig: ChatRig;

  beforeAll(async () => {
    rig = await ChatRig.open(() => ({
      assistant: { title: 'Shop help', greeting: 'Ask about orders.' },
      bare: { files: false, anonymous: true },
    }));
  });
  afterAll(() => rig?.close());

  it('streams an answer, and shows it again to the visitor who comes back, and to nobody else', async () => {
    const context = await rig.browser.newContext();
    const quiet = watch(context, rig.url);
    const page = await rig.visit(`${rig.url}/webchat/assistant`, context);
    await page.getByText('Ask about orders.').waitFor();
    expect(await page.title()).toBe('Shop help');
    rig.model.answer = null;
    await say(page, 'Where is my order?');
    const draft = await rig.model.asked();
    draft.say('It is ');
    await page.locator('.of-agent .markdown', { hasText: 'It is' }).waitFor();
    draft.end('**on its way**.');
    await page.locator('.of-agent .markdown strong', { hasText: 'on its way' }).waitFor();
    await page.reload();
    await page.getByText('Where is my order?').waitFor();
    await page.locator('.of-agent strong', { hasText: 'on its way' }).waitFor();
    const other = await rig.visit(`${rig.url}/webchat/assistant`);
    await other.getByText('Ask about orders.').waitFor();
    expect(await other.locator('.message').count()).toBe(0);
    expect(quiet.faults).toEqual([]);
    await other.context().close();
    await context.close();
  });

  it('stops an answer', async () => {
    const page = await rig.visit(`${rig.url}/webchat/assistant`);
    rig.model.answer = null;
    await say(page, 'Tell me all');
    (await rig.model.asked()).say('This is long');
    await page.getByText('This is long').waitFor();
    await page.getByRole('button', { name: 'Stop the answer' }).click();
    await page.getByRole('button', { name: 'Stop the answer' }).waitFor({ state: 'detached' });
    rig.model.release();
    await page.context().close();
  });
});
