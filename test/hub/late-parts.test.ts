/** Replies of several parts that began to be sent before an outage of hours, or in the middle of one. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type OutboundMessage, SentParts } from '../../src/extension-api.js';
import { until } from '../support/until.js';
import { away, hour, minute, OutageHub } from './outage.js';

let hub: OutageHub;
/** What has arrived, part by part. */
let arrived: string[];
/** So many parts are taken. */
let takes: number;
beforeEach(async () => {
  hub = new OutageHub();
  arrived = [];
  takes = 0;
  hub.platform.deliver = async (outbound: OutboundMessage) => {
    const { id, memory } = outbound;
    hub.platform.tries.push(memory.content.text);
    const sent = await SentParts.open({ notes: hub.platform.host.notes, outboundId: id, plan: null });
    const send = (part: string) => async () => {
      if (arrived.length >= takes) throw away();
      return String(arrived.push(part));
    };
    const parts = memory.content.text.match(/.{1,30}/gs) ?? [];
    return { messageIds: await sent.send(parts.map(send), new AbortController().signal) };
  };
  await hub.start();
});
afterEach(() => hub.home.dispose());

const words = Array.from({ length: 20 }, (_, at) => `word${at}`).join(' ');

/** Time goes on meanwhile. */
const inTime = (condition: () => boolean) =>
  until(() => {
    hub.later(minute);
    return condition();
  });

/** The platform is away until then, and takes so many more parts. */
async function after(hours: number, more: number): Promise<void> {
  hub.later(hours * hour);
  // The first may have begun before.
  const tried = hub.platform.tries.length + 2;
  await inTime(() => hub.platform.tries.length >= tried);
  takes += more;
}

it('goes on with the words it began with, and says nothing of its age', async () => {
  takes = 2;
  await hub.askInVain('ann', words);
  await after(2, 10);
  await inTime(() => arrived.join('').endsWith('word19'));
  expect(arrived.join('')).toBe(`re: ${words}`);
});

it.each([1, 12])('that said its age when it began says it once, %d hours later', async (hours) => {
  await hub.askInVain('ann', words);
  await after(2, 2);
  await inTime(() => arrived.length === 2);
  await hub.restart();
  await after(hours, 10);
  await inTime(() => arrived.join('').endsWith('word19'));
  expect(arrived.join('')).toMatch(/^\(Delayed: this answer is from \d\d:\d\d UTC\.\)\n\nre: /);
  expect(arrived.join('').split('\n\n')[1]).toBe(`re: ${words}`);
});
