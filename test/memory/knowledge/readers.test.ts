/** Who is answered from a document, and who tries: real tokens, rooms and tenants over HTTP. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../../src/hub.js';
import { Home } from '../../support/hub.js';
import { type Desk, deskOf } from './stage.js';

const secret = '# Salaries\n\nThe salary band of the pilots is called QUARTZ.';
const question = 'What is the salary band of the pilots called?';

describe('a document', () => {
  let home: Home;
  let hub: Hub;
  let desk: Desk;
  beforeEach(async () => {
    home = new Home();
    home.character('other', { name: 'Eve', bio: '.' });
    hub = await home.hub();
    desk = deskOf(hub);
  });
  afterEach(() => home.dispose());

  const token = async (body: object) => {
    const { body: issued } = await desk.call('POST', '/tokens', { name: `t${Math.random()}`, ...body });
    return deskOf(hub, issued.token);
  };

  it('for a role is for those who have it, where they talk alone', async () => {
    await desk.add('salaries.md', secret, { readers: { role: 'operator' } });
    const operator = await token({ role: 'operator' });
    const member = await token({ role: 'member' });
    expect(await operator.ask(question)).toContain('QUARTZ');
    expect(await member.ask(question, { userId: 'bob' })).not.toContain('QUARTZ');
    // In a room others read along.
    expect(await operator.ask(question, { roomId: 'lounge' })).not.toContain('QUARTZ');
  });

  it('for a role and a place is read there by those who have it, and nowhere else', async () => {
    const places = [{ connector: 'http', channel: 'board' }];
    await desk.add('salaries.md', secret, { readers: { role: 'operator', places } });
    const operator = await token({ role: 'operator' });
    const member = await token({ role: 'member' });
    expect(await operator.ask(question, { roomId: 'board' })).toContain('QUARTZ');
    expect(await operator.ask(question, { roomId: 'lounge' })).not.toContain('QUARTZ');
    expect(await member.ask(question, { roomId: 'board', userId: 'bob' })).not.toContain('QUARTZ');
    // What the agent has said there, is said there: but nobody is answered from it elsewhere.
    expect(await member.ask(question, { userId: 'bob' })).not.toContain('QUARTZ');
  });

  it('is out of reach once the role is taken away', async () => {
    await desk.add('salaries.md', secret, { readers: { role: 'operator' } });
    await desk.call('POST', '/roles/give', { role: 'operator', account: 'http/default:ann' });
    const own = await token({ role: 'operator', user: 'ann' });
    expect(await own.ask(question)).toContain('QUARTZ');
    await desk.call('POST', '/roles/take', { account: 'http/default:ann' });
    const now = await token({ role: 'member', user: 'ann' });
    expect(await now.ask(question)).not.toContain('QUARTZ');
  });

  it('of one agent is no other’s', async () => {
    await desk.add('salaries.md', secret);
    expect(await desk.ask(question)).toContain('QUARTZ');
    const { reply } = await desk.client.send('other', { userId: 'ann', text: question });
    expect(reply!.text).not.toContain('QUARTZ');
  });

  it('of one tenant is no other’s, nor is its name taken', async () => {
    const acme = await token({ tenant: 'acme', role: 'operator' });
    const beta = await token({ tenant: 'beta', role: 'operator' });
    const theirs = await acme.add('salaries.md', secret);
    const own = await beta.add('salaries.md', '# Salaries\n\nThe salary band of the pilots is called OPAL.');
    expect(own.id).not.toBe(theirs.id);
    expect(await acme.ask(question)).toContain('QUARTZ');
    const answer = await beta.ask(question);
    expect(answer).toContain('OPAL');
    expect(answer).not.toContain('QUARTZ');
    expect(await desk.ask(question, { userId: 'bob' })).not.toMatch(/QUARTZ|OPAL/);
    expect((await beta.list()).map(({ id }) => id)).toEqual([own.id]);
    expect((await beta.call('DELETE', `/documents/${theirs.id}`)).status).toBe(404);
    expect(await acme.ask('Once more: what is the salary band of the pilots called?')).toContain('QUARTZ');
  });

  it('is given by operators alone', async () => {
    const member = await token({ role: 'member' });
    const refused = await member.call('POST', '/documents', { agentId: 'assistant', name: 'x', text: 'x' });
    expect(refused.status).toBe(403);
    const { id } = await desk.add('salaries.md', secret);
    for (const [method, path] of [
      ['GET', '/documents'],
      ['GET', `/documents/${id}`],
      ['DELETE', `/documents/${id}`],
      ['POST', `/documents/${id}/reread`],
    ] as const)
      expect([path, (await member.call(method, path)).status]).toEqual([path, 403]);
  });

  it('whose readers are fewer now is kept from the others at once', async () => {
    await desk.add('salaries.md', secret);
    const member = await token({ role: 'member' });
    expect(await member.ask(question, { userId: 'bob' })).toContain('QUARTZ');
    await desk.add('salaries.md', secret, { readers: { role: 'admin' } });
    expect(await member.ask(question, { userId: 'cleo' })).not.toContain('QUARTZ');
  });
});
