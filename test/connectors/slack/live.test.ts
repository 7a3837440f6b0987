import { afterEach, describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/extension-api.js';
import { outboundOf } from '../../../src/testing/connector.js';
import { until } from '../../support/until.js';
import { Rig, type RigOptions } from './rig.js';

describe('a reply on Slack while it is written', () => {
  let rig: Rig;
  const open = async (options: RigOptions = {}) => {
    rig = await Rig.open(options);
  };

  afterEach(() => rig.close());

  it('is streamed into the thread, and becomes the reply', async () => {
    await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const text = await written(memory);
    expect(rig.slack.count('chat.startStream')).toBe(1);
    expect(rig.slack.count('chat.appendStream')).toBeGreaterThan(0);
    expect(rig.slack.team.ofApp()[0]!.streaming).toBe(false);
    expect(rig.shown()).toEqual([text.replaceAll('**', '*')]);
  });

  it('says that it is thinking until there is text', async () => {
    await open();
    const { memory, said } = await rig.tell(`${rig.bot} hello`);
    const { statuses } = rig.slack.team;
    await until(() => statuses.length > 0);
    await written(memory);
    expect(statuses.map(({ status, threadTs }) => [status, threadTs])).toEqual([
      ['is thinking…', said.ts],
      ['', said.ts],
    ]);
  });

  it('is edited where there is no thread to stream into', async () => {
    await open();
    const { memory } = await rig.tell('hello', { channel: 'D0ALICE' });
    const text = await written(memory);
    expect(rig.slack.count('chat.startStream')).toBe(0);
    expect(rig.slack.count('chat.update')).toBeGreaterThan(1);
    expect(rig.shown()).toEqual([text.replaceAll('**', '*')]);
  });

  it('is edited where Slack has no streaming', async () => {
    await open({ server: { streaming: false } });
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const text = await written(memory);
    const again = await rig.tell(`${rig.bot} again`);
    await written(again.memory);
    expect(rig.slack.count('chat.startStream')).toBe(1);
    expect(rig.shown()).toEqual([text.replaceAll('**', '*'), text.replaceAll('**', '*')]);
  });

  it('goes on as edits where Slack ends the stream', async () => {
    await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const turn = rig.host.begin(memory);
    turn.delta('The first words. ');
    await until(() => rig.slack.team.ofApp().length === 1);
    rig.slack.team.ofApp()[0]!.streaming = false;
    turn.delta('And many more of them. ');
    await until(() => rig.slack.count('chat.update') > 0, 15_000);
    await rig.deliver(outboundOf(turn.id, memory, turn.commit('All of it.')!));
    expect(rig.shown()).toEqual(['All of it.']);
  }, 40_000);

  it('is one message in the end also where another process delivers it', async () => {
    await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const turn = rig.host.begin(memory);
    turn.delta('The beginning of ');
    await until(() => rig.slack.team.ofApp().length === 1);
    await rig.connector.stop();
    // As it is when the process that streamed is gone without a word.
    rig.slack.team.ofApp()[0]!.streaming = true;
    await rig.start();
    await rig.deliver(outboundOf(turn.id, memory, turn.commit('The beginning of the end.')!));
    expect(rig.shown()).toEqual(['The beginning of the end.']);
  });

  it('[structure.13] is shown for a message that came again while its turn ran', async () => {
    await open();
    const { memory, said } = await rig.tell(`${rig.bot} hello`);
    await rig.connector.stop();
    const turn = rig.host.begin(memory).delta('The beginning, ');
    await rig.start();
    expect(await rig.slack.people.announce(said)).toBe(true);
    turn.soFar();
    await until(() => rig.slack.team.ofApp().length === 1);
    await rig.deliver(outboundOf(turn.id, memory, turn.commit('The beginning, and the end.')!));
    expect(rig.shown()).toEqual(['The beginning, and the end.']);
  });

  it('is begun anew with the turn', async () => {
    await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const turn = rig.host.begin(memory);
    turn.delta('Wrong words, all of them. ');
    await until(() => rig.slack.team.ofApp().length === 1);
    turn.start().delta('Right words. ');
    await rig.deliver(outboundOf(turn.id, memory, turn.commit('Right words.')!));
    expect(rig.shown()).toEqual(['Right words.']);
  });

  it('is posted anew where somebody deleted it', async () => {
    await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const turn = rig.host.begin(memory);
    turn.delta('Hello the');
    await until(() => rig.slack.team.ofApp().length === 1);
    rig.slack.team.remove(rig.slack.team.ofApp()[0]!);
    await rig.deliver(outboundOf(turn.id, memory, turn.commit('Hello there.')!));
    expect(rig.shown()).toEqual(['Hello there.']);
  });

  it('is taken back where nothing is said in the end', async () => {
    await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const turn = rig.host.begin(memory);
    turn.delta('Let me se');
    await until(() => rig.slack.team.ofApp().length === 1);
    await rig.deliver(outboundOf(turn.id, memory, turn.commit('')!));
    expect(rig.shown()).toEqual([]);
  });

  it('rings nobody up', async () => {
    await open();
    const { memory } = await rig.tell(`${rig.bot} hello`);
    const turn = rig.host.begin(memory);
    turn.delta('Attention <!channel> and <@U0BOB>: ');
    await until(() => rig.slack.team.ofApp().length === 1);
    expect(rig.slack.team.ofApp()[0]!.text).not.toMatch(/<[!@]/);
    await rig.deliver(outboundOf(turn.id, memory, turn.commit('Attention.')!));
  });

  it('comes all the same where showing it fails', async () => {
    await open();
    rig.slack.faults.on('chat.startStream', { status: 429, retryAfter: 30, times: 100 });
    rig.slack.faults.on('assistant.threads.setStatus', { error: 'internal_error', times: 100 });
    const { memory } = await rig.tell(`${rig.bot} hello`);
    await rig.deliver(rig.answer(memory, 'hello back'));
    expect(rig.shown()).toEqual(['hello back']);
  });

  /** A turn of some seconds; gives its text. */
  async function written(memory: Memory): Promise<string> {
    const turn = rig.host.begin(memory);
    const words = ['Some **bold** words. ', 'Then *more* of', ' them, and `code`. ', 'The end.'];
    const calls = () =>
      rig.slack.count('chat.appendStream') +
      rig.slack.count('chat.update') +
      rig.slack.count('chat.postMessage');
    const shown = rig.slack.team.ofApp().length;
    turn.delta(words[0]!);
    await until(() => rig.slack.team.ofApp().length > shown);
    for (const word of words.slice(1)) {
      const before = calls();
      turn.delta(word);
      await until(() => calls() > before, 1500).catch(() => {});
    }
    const text = words.join('').replace('*more*', '_more_');
    await rig.deliver(outboundOf(turn.id, memory, turn.commit(text)!));
    return text;
  }
});
