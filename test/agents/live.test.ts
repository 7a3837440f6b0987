/** Two agents in a real hub, on the protocol server of a platform: what happens to one is nothing to the other. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TelegramServer } from '../platforms/telegram/server.js';
import { until } from '../support/until.js';
import { botsOf, LiveStage, stream, talk, tokens } from './live-stage.js';

let stage: LiveStage;
let ada: TelegramServer;
let cap: TelegramServer;
beforeEach(async () => {
  stage = new LiveStage();
  await stage.open();
  ({ ada, cap } = stage);
});
afterEach(() => stage.close());

describe('an agent while the hub runs', () => {
  it('[structure.4] comes, changes its name and its token, and goes, and another one answers all the while', async () => {
    stage.write('ada', 'Ada', { token: 'file:ada' });
    stage.secret('ada', tokens.ada);
    const hub = await stage.start();
    const steady = stream(ada, 'steady');
    const bob = talk(cap);

    // It comes.
    stage.secret('cap', tokens.cap);
    stage.write('cap', 'Captain', { token: 'file:cap' });
    await until(() => cap.updates.polling, 2000);
    bob.say('one');
    await until(() => bob.answers.length === 1);

    // Another name.
    stage.write('cap', 'Ahab', { token: 'file:cap' });
    await until(() => hub.agents().some(({ character }) => character.name === 'Ahab'), 2000);
    bob.say('two');
    await until(() => bob.answers.length === 2);
    expect(stage.introductions(tokens.cap)).toBe(1);

    // Another token: what is said in between waits, and so does the reply that was on its way.
    const next = '72002:AAtoken-of-cap_the-second-one-of-all';
    stage.front.rotate(cap, next);
    bob.say('three');
    stage.secret('cap', next);
    await until(() => bob.answers.length === 3);
    const polled = stage.pollsWith(tokens.cap);
    bob.say('four');
    await until(() => bob.answers.length === 4);
    expect(stage.pollsWith(tokens.cap)).toBe(polled);
    expect(stage.introductions(tokens.ada)).toBe(1);

    // It goes.
    rmSync(join(stage.home.characters, 'cap.json'));
    await until(() => !cap.updates.polling && botsOf(hub).length === 1, 2000);
    const calls = stage.front.asked.filter(({ token }) => token === next).length;
    bob.say('five');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stage.front.asked.filter(({ token }) => token === next)).toHaveLength(calls);

    // It comes back, and what was said meanwhile is answered.
    stage.write('cap', 'Ishmael', { token: 'file:cap' });
    await until(() => bob.answers.length === 5);
    expect(bob.answers).toEqual([
      ...['Captain: one', 'Ahab: two', 'Ahab: three', 'Ahab: four', 'Ishmael: five'],
    ]);
    await steady.end();
    expect(hub.problems()).toEqual([]);
  });

  it('has one poller whatever is edited, and none once the hub has stopped', async () => {
    stage.write('ada', 'Ada', { token: 'file:ada' });
    stage.secret('ada', tokens.ada);
    const hub = await stage.start();
    for (let i = 0; i < 8; i++) {
      stage.write('ada', `Ada ${i}`, { token: 'file:ada', groups: i % 2 ? 'always' : 'mention' });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    rmSync(join(stage.home.characters, 'ada.json'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    stage.write('ada', 'Ada', { token: 'file:ada' });
    await until(() => botsOf(hub).length === 1 && ada.updates.polling);
    const alice = talk(ada);
    alice.say('hello');
    await until(() => alice.answers.length === 1);
    expect(alice.answers).toEqual(['Ada: hello']);
    // A second poller under one token would have been refused with a conflict.
    expect(stage.logged.lines.filter(({ msg }) => /409|Conflict/.test(String(msg)))).toEqual([]);
    stage.write('ada', 'Ada', { token: 'file:ada', groups: 'off' });
    await hub.stop();
    stage.carrier = undefined;
    const calls = stage.front.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stage.front.asked).toHaveLength(calls);
  });

  it('keeps what waits for it while its definition is gone', async () => {
    stage.write('ada', 'Ada', { token: 'file:ada' });
    stage.secret('ada', tokens.ada);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const hub = await stage.start({}, () => released);
    const alice = talk(ada);
    alice.say('one');
    await until(() => stage.asked.length === 1);
    alice.say('two');
    await until(() => ada.updates.pending.length === 0);
    rmSync(join(stage.home.characters, 'ada.json'));
    await until(() => botsOf(hub).length === 0);
    release();
    await until(() =>
      stage.logged.lines.some(({ msg }) => /replies wait until it is back/.test(String(msg))),
    );
    // The sweeper has looked a few times: what was said to it is not answered, and not given up.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(stage.asked).toHaveLength(1);
    expect(alice.answers).toEqual([]);
    stage.write('ada', 'Ada', { token: 'file:ada' });
    await until(() => alice.answers.length === 2);
    expect(alice.answers).toEqual(['Ada: one', 'Ada: two']);
  });
});
