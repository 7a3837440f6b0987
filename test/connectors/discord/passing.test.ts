/** What passes by itself is waited for, on the real hub; looked at is what Discord has in the end. */
import { describe, expect, it } from 'vitest';
import { diagnoseDiscord } from '../../../connectors/discord/doctor.js';
import type { Fault } from '../../platforms/discord/faults.js';
import { until } from '../../support/until.js';
import { hubStages } from './hub-stage.js';

const open = hubStages();

describe('[delivery.10] an answer that is not Discord’s own', () => {
  it.each([
    ['403 in HTML', { kind: 'page', status: 403 }],
    ['404 in HTML', { kind: 'page', status: 404 }],
    ['401 in HTML', { kind: 'page', status: 401 }],
    ['503 in HTML', { kind: 'page', status: 503 }],
    ['JSON without a code', { kind: 'status', status: 403, body: { error: 'denied by policy' } }],
    ['a block of its edge', { kind: 'status', status: 403, body: { message: 'Blocked', code: 40333 } }],
    ['an overload', { kind: 'status', status: 400, body: { message: 'Overloaded', code: 130000 } }],
  ] satisfies [string, Fault][])('(%s) does not lose the reply', async (_, fault) => {
    const stage = await open();
    stage.discord.faults.next('POST', /messages$/, fault, { times: 3 });
    const question = stage.ask('Here I am.');
    await stage.delivered();
    expect(stage.discord.faults.met).toBe(3);
    expect(stage.discord.said(stage.lobby)).toMatchObject([{ content: 'Here I am.', replyTo: question.id }]);
  });

  it('to the request for a file, once, does not lose the file', async () => {
    const stage = await open();
    stage.discord.fileFaults.next('GET', /attachments/, { kind: 'status', status: 503 });
    stage.hub.model.answer = 'Nice.';
    const files = [stage.alice.file('notes.txt', 'text/plain', Buffer.from('the word is plinth'))];
    stage.alice.say(stage.lobby, `${stage.name} look`, { files });
    await stage.delivered();
    expect(stage.discord.fileFaults.met).toBe(1);
    expect(stage.prompt()).toContain('the word is plinth');
  });
});

describe('[discord.13] too many requests', () => {
  it.each(['body', 'header'] as const)('are waited for where the %s alone says how long', async (said) => {
    const stage = await open();
    const fault: Fault = { kind: 'rate-limited', retryAfter: 1, said };
    stage.discord.faults.next('POST', /messages$/, fault, { times: 2 });
    stage.ask('Here I am.');
    const asked = Date.now();
    await stage.delivered();
    expect(Date.now() - asked).toBeGreaterThan(1900);
    expect(stage.discord.faults.met).toBe(2);
    expect(await stage.said()).toEqual(['Here I am.']);
  });

  it.each([
    ['a long time, in the body', { retryAfter: 45, said: 'body' }, 45_000],
    ['no time', { retryAfter: 0, said: 'nowhere' }, 1000],
  ] as const)('that say %s are given back to the outbox', async (_, limit, leastMs) => {
    const stage = await open();
    stage.discord.faults.next('POST', /messages$/, { kind: 'rate-limited', ...limit }, { times: 1000 });
    stage.ask('Here I am.');
    await until(() => stage.hub.seen.deliveries.length > 0, 10_000);
    const error = stage.hub.seen.deliveries[0]!.error as { retryAfterMs: number };
    expect(error.retryAfterMs).toBeGreaterThanOrEqual(leastMs);
    expect(stage.discord.faults.met).toBe(1);
  });

  it('that say "now" are not tried again at once', async () => {
    const stage = await open();
    const fault: Fault = { kind: 'rate-limited', retryAfter: 0, said: 'body' };
    stage.discord.faults.next('POST', /messages$/, fault, { times: 4 });
    stage.ask('Here I am.');
    const asked = Date.now();
    await stage.delivered();
    expect(Date.now() - asked).toBeGreaterThan(900);
  });
});

describe('[delivery.11] answers of Discord that are lost', () => {
  it('to a message that is shown while it is written leave one message, the whole one', async () => {
    const stage = await open({ connector: { streaming: true } });
    const { discord, hub, lobby, alice, name } = stage;
    alice.say(lobby, `${name} a story`);
    const draft = await hub.model.asked();
    discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' }, { times: 2 });
    draft.say('Once upon ');
    await until(() => discord.faults.met === 2);
    draft.end('a time.');
    await stage.delivered();
    expect(discord.said(lobby).map(({ content }) => content)).toEqual(['Once upon a time.']);
  });

  it('to a message that showed all of the words lose none of its buttons', async () => {
    const stage = await open({ connector: { streaming: true } });
    const { discord, hub, lobby, alice, name } = stage;
    const buttons = [{ label: 'Yes', payload: 'x' }];
    hub.seen.outgoing = ({ memory, ...out }) => ({
      ...out,
      memory: { ...memory, content: { ...memory.content, buttons } },
    });
    alice.say(lobby, `${name} well?`);
    const draft = await hub.model.asked();
    discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' }, { times: 6 });
    draft.say('Shall I?');
    await until(() => discord.faults.met === 3, 10_000);
    draft.end('');
    await stage.delivered();
    expect(discord.said(lobby)).toMatchObject([
      { content: 'Shall I?', components: [{ components: [{ label: 'Yes' }] }] },
    ]);
  });

  it.each([3, 4, 6])('%i times in a row, to the reply as well, leave one message', async (times) => {
    const stage = await open({ connector: { streaming: true } });
    const { discord, hub, lobby, alice, name } = stage;
    alice.say(lobby, `${name} a story`);
    const draft = await hub.model.asked();
    discord.faults.next('POST', /messages$/, { kind: 'dropped', when: 'after' }, { times });
    draft.say('Once upon ');
    await until(() => discord.faults.met >= 3, 10_000);
    draft.end('a time.');
    await stage.delivered();
    expect(discord.faults.met).toBe(times);
    expect(discord.said(lobby).map(({ content }) => content)).toEqual(['Once upon a time.']);
  });
});

describe('[discord.7] a token that was copied with its word', () => {
  it.each(['Bot ', 'bot ', ' Bot  '])('("%s…") is taken', async (word) => {
    const stage = await open({ tokenWord: word });
    stage.ask('Hello.');
    await stage.delivered();
    expect(await stage.said()).toEqual(['Hello.']);
  });

  it('is not what carrier doctor complains of', async () => {
    const { discord } = await open();
    const [first] = await diagnoseDiscord({ token: `Bot ${discord.token}`, apiUrl: discord.url });
    expect(first).toEqual({ check: 'Discord takes the token; the bot is Eliza', ok: true });
  });
});

describe('[discord.15] [security.18] a link in a reply', () => {
  it('is shown without a preview, in live messages, too', async () => {
    const stage = await open({ connector: { streaming: true } });
    stage.alice.say(stage.lobby, `${stage.name} where?`);
    const draft = (await stage.hub.model.asked()).say('See https://evil.example/?q=secret ');
    await until(() => stage.discord.said(stage.lobby).length === 1);
    expect(stage.discord.said(stage.lobby)[0]!.flags & 4).toBe(4);
    draft.end('there.');
    await stage.delivered();
    expect(stage.discord.said(stage.lobby)[0]!.flags & 4).toBe(4);
  });

  it('is shown with one where a setting says so', async () => {
    const stage = await open({ connector: { previews: true } });
    stage.ask('See https://example.org/.');
    await stage.delivered();
    expect(stage.discord.said(stage.lobby)[0]!.flags & 4).toBe(0);
  });
});
