/** Two operators at once, each in a browser of their own, and a hub that is killed between a click and its commit. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noBrowser } from '../../support/browser.js';
import { until } from '../../support/until.js';
import { Stage } from './stage.js';

describe.skipIf(noBrowser)(noBrowser ? `operators (skipped: ${noBrowser})` : 'operators', () => {
  const stage = new Stage();
  let kim: Page;
  let lea: Page;
  /** As decisions and takeovers name her. */
  let kims: string;
  beforeAll(async () => {
    await stage.open();
    kim = await stage.page('kim', 'admin');
    lea = await stage.page('lea', 'admin');
    kims = await stage.nameOf(kim);
  }, 90_000);
  afterAll(() => stage.close());
  const say = (text: string) => stage.ask('POST', '/assistant/message', { userId: 'ann', text });
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).first().click();
  const both = (where: string) => Promise.all([kim, lea].map((page) => stage.go(page, where)));
  const roomOf = async (): Promise<string> => (await stage.ask('GET', '/rooms')).rooms[0].roomId;

  it('[must-show.2] [seen.24] decide an approval once, though one double-clicks, the other says no and the hub dies', async () => {
    await say('wire 50');
    await until(async () => (await stage.ask('GET', '/approvals')).approvals.length === 1);
    const [{ id }] = (await stage.ask('GET', '/approvals')).approvals;
    await both(`approvals/${id}`);
    await Promise.all([kim, lea].map((page) => page.getByText('"amount": 50').waitFor({ timeout: 20_000 })));
    await stage.killAt(kim, '/decide', () => press(kim, 'Approve'));
    expect(await stage.ask('GET', `/approvals/${id}`)).toMatchObject({ state: 'open' });
    expect(stage.ledger()).toEqual([]);

    await kim.getByRole('button', { name: 'Approve' }).dblclick();
    await kim.getByText(`token ${kims}: approved`).waitFor({ timeout: 20_000 });
    // Without the live stream, too: whoever is late is told by the answer.
    await press(lea, 'Deny').catch(() => {});
    await lea.getByText(`token ${kims}: approved`).waitFor({ timeout: 20_000 });
    await until(() => stage.ledger().length > 0);
    expect(await stage.ask('GET', `/approvals/${id}`)).toMatchObject({
      state: 'approved',
      by: `token ${kims}`,
    });
    await until(async () => (await stage.ask('GET', '/turns')).turns[0].status === 'done');
    expect(stage.ledger()).toHaveLength(1);
  }, 60_000);

  it('[must-show.2] [seen.25] [seen.26] take a room over, answer, and give it back to be answered, once', async () => {
    const roomId = await roomOf();
    await both(`rooms/${roomId}`);
    await stage.killAt(kim, '/take-over', () => press(kim, 'Take over'));
    expect((await stage.ask('GET', `/rooms/${roomId}/hold`)).hold).toBeNull();
    await press(kim, 'Take over');
    await kim.getByText(`${kims} answers since`).waitFor({ timeout: 20_000 });
    await lea.getByText(`${kims} answers since`).waitFor({ timeout: 20_000 });
    await kim.getByLabel('Answer as the agent').fill('Kim here, one moment.');
    await press(kim, 'Send');
    await lea.getByRole('log').getByText('Kim here, one moment.').waitFor({ timeout: 20_000 });
    for (const text of ['one?', 'two?', 'three?']) expect((await say(text)).reply ?? null).toBeNull();
    await lea.getByText('3 messages wait for an answer.').waitFor({ timeout: 20_000 });
    await lea.getByLabel('Note', { exact: true }).fill('She has paid.');
    await press(lea, 'Add note');
    await kim.getByText('She has paid.').waitFor({ timeout: 20_000 });

    await press(lea, 'Hand back');
    await kim.getByText('The agent answers.').waitFor({ timeout: 20_000 });
    const before = (await stage.ask('GET', '/turns')).turns.length;
    const now = [kim, lea].map((page) => page.getByRole('button', { name: 'Answer now' }).dblclick());
    await Promise.allSettled(now);
    await until(async () => (await stage.ask('GET', `/rooms/${roomId}/hold`)).unanswered === 0);
    await kim.getByText('wait for an answer').waitFor({ state: 'detached' });
    await say('thanks');
    expect((await stage.ask('GET', '/turns')).turns).toHaveLength(before + 2);
  }, 60_000);

  it('[must-show.2] edit an agent, at once and over a death of the hub, and roll it back', async () => {
    await both('agents/assistant');
    await press(kim, 'Copy into the store to edit it here');
    await Promise.all(
      [kim, lea].map((page) => page.getByLabel('Name', { exact: true }).waitFor({ timeout: 20_000 })),
    );
    await kim.getByLabel('Name', { exact: true }).fill('Eve');
    await stage.killAt(kim, '/agents/assistant', () => press(kim, 'Save'));
    expect((await stage.ask('GET', '/agents/assistant')).version).toBe(1);
    // What was typed is still there.
    await press(kim, 'Save');
    await kim.getByText('Saved as version 2.').waitFor({ timeout: 20_000 });
    await lea.getByText('the store, version 2, in').waitFor({ timeout: 20_000 });
    expect(await lea.getByLabel('Name', { exact: true }).inputValue()).toBe('Eve');
    await lea.getByRole('button', { name: 'Roll back to version 1' }).first().click();
    await lea.getByRole('dialog').getByRole('button', { name: 'Roll back to version 1' }).click();
    await kim.getByText('the store, version 3, in').waitFor({ timeout: 20_000 });
    expect((await stage.ask('GET', '/agents/assistant')).definition.name).toBe('Ada');
  }, 60_000);
});
