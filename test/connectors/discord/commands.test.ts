/** An unmodified discord.js between the small Discord and a hub in memory; looked at is what Discord has in the end. */
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../support/until.js';
import { openStage, type Stage, type StageOptions } from './stage.js';

let stage: Stage;

async function open(options?: StageOptions): Promise<Stage> {
  stage = await openStage(options);
  return stage;
}

afterEach(() => stage.close());

describe('slash commands', () => {
  it('are registered once, acknowledged at once, and answered for the caller alone', async () => {
    const { discord, host, lobby, alice, connect } = await open();
    await connect();
    await until(() => discord.interactions.commands.length > 0);
    expect(discord.interactions.commands.map(({ name }) => name)).toEqual([
      ...['help', 'new', 'status', 'forget', 'model', 'stop', 'whoami', 'link', 'unlink'],
      ...['schedules', 'approve', 'deny', 'role', 'pause', 'resume'],
    ]);
    let finish = () => {};
    host.command = (command) => {
      host.commands.push(command);
      return new Promise((resolve) => (finish = () => resolve({ text: 'Now **fast**.' })));
    };
    const asked = alice.command(lobby, 'model', { name: 'fast one' });
    await until(() => host.commands.length === 1);
    expect(asked.acknowledged).toMatchObject({ type: 5, ephemeral: true });
    finish();
    await until(() => asked.original !== null);
    expect(asked.original).toEqual({ content: 'Now **fast**.', ephemeral: true });
    expect(host.commands).toMatchObject([
      { name: 'model', args: 'fast one', direct: false, author: { id: alice.id, name: 'Alice' } },
    ]);
    await connect();
    await until(() => discord.gateway.identified === 2);
    expect(discord.interactions.registrations).toBe(1);
  });

  it('of people the gate drops leave nothing behind; those that fail say so', async () => {
    const { discord, host, alice, connect } = await open();
    await connect();
    await until(() => discord.interactions.commands.length > 0);
    host.onCommand = () => null;
    const dropped = alice.command(alice.direct(), 'status');
    await until(() => dropped.withdrawn);
    host.onCommand = () => {
      throw new Error('secret detail');
    };
    const failed = alice.command(alice.direct(), 'help');
    await until(() => failed.original !== null);
    expect(failed.original!.content).toBe('Sorry, that did not work just now. Please try again in a moment.');
    expect(host.commands[0]).toMatchObject({ direct: true, source: { tenant: '@me' } });
  });
});
