/** The connector contract: messages that take the place of earlier ones. */
import { describe, expect, vi } from 'vitest';
import { FatalError, type OutboundMessage } from '../extension-api.js';
import { message, openGate, patience, type Stage, soon } from './connector-stage.js';

/** Far beyond what one message of any platform holds. */
const long = Array.from({ length: 900 }, (_, index) => `Line ${index} of what was asked for.`).join('\n\n');
const buttons = [
  { label: 'Approve', payload: 'a'.repeat(64) },
  { label: 'Deny', payload: 'd'.repeat(64), style: 'danger' as const },
];

export function replacementsContract(on: Stage): void {
  describe('replacements', () => {
    on.prepare(openGate);

    on.able(['replaces'], 'are shown in the place of an earlier message', async (platform) => {
      const first = await shown('May I?', withButtons);
      await shown('and meanwhile', (outbound) => outbound, 'm2');
      expect(platform.offered()).toEqual(['Approve', 'Deny']);
      const ids = await shown(
        'Half of it is done.',
        (outbound) => withButtons(inPlaceOf(first)(outbound)),
        'm3',
      );
      expect(ids).toEqual(first);
      expect(platform.shown()).toEqual(['Half of it is done.', 'and meanwhile']);
      expect(platform.offered()).toEqual(['Approve', 'Deny']);
      expect(await shown('Approved.', inPlaceOf(first), 'm4')).toEqual(first);
      expect(platform.shown()).toEqual(['Approved.', 'and meanwhile']);
      expect(platform.offered()).toEqual([]);
    });

    on.able(['replaces'], 'are the same when they are sent again, or say nothing new', async (platform) => {
      const first = await shown('May I?', withButtons);
      on.hub.seen.forgetDeliveries = 1;
      await shown('Approved.', inPlaceOf(first), 'm2', 2);
      await shown('Approved.', inPlaceOf(first), 'm3');
      expect(platform.shown()).toEqual(['Approved.']);
    });

    on.able(['replaces'], 'of a long message leave nothing of it', async (platform) => {
      const first = await shown(long, withButtons);
      const before = platform.shown().length;
      expect(first).toHaveLength(before);
      expect(platform.offered()).toEqual(['Approve', 'Deny']);
      const again = long.replaceAll('asked for', 'sent back');
      expect(await shown(again, inPlaceOf(first), 'm2')).toEqual(first);
      expect(platform.shown()).toHaveLength(before);
      expect(platform.shown().join()).not.toContain('asked for');
      expect(platform.offered()).toEqual([]);
      await shown('Done.', inPlaceOf(first), 'm3');
      expect(platform.shown()).toEqual(['Done.']);
    });

    on.able(['replaces'], 'that are longer than what was there are sent anew', async (platform) => {
      const first = await shown('May I?', withButtons);
      await shown(long, (outbound) => withButtons(inPlaceOf(first)(outbound)), 'm2');
      expect(platform.shown().join()).toContain('Line 899');
      expect(platform.shown()).not.toContain('May I?');
      // Not twice: what was replaced is not to be pressed any more.
      expect(platform.offered()).toEqual(['Approve', 'Deny']);
    });

    on.able(['replaces'], 'of what somebody has deleted are sent anew, once', async (platform) => {
      if (!platform.erase) return;
      const first = await shown('May I?', withButtons);
      await platform.erase('May I?');
      on.hub.seen.forgetDeliveries = 1;
      await shown('Approved.', inPlaceOf(first), 'm2', 2);
      expect(platform.shown()).toEqual(
        on.options.mayShowTwice ? expect.arrayContaining(['Approved.']) : ['Approved.'],
      );
    });

    on.able(
      ['replaces', 'buttons'],
      'keep the buttons of a press that is not the last word',
      async (platform) => {
        const { seen } = on.hub;
        const first = await shown('May I?', withButtons);
        await shown('and meanwhile', (outbound) => outbound, 'm2');
        seen.pressed = async ({ payload }) => {
          throw new FatalError('button_stays', payload === buttons[0]!.payload ? 'One of two.' : 'Not you.');
        };
        for (const label of ['Approve', 'Approve', 'Deny']) await platform.press(label, 'alice');
        await vi.waitUntil(() => seen.presses.length === 3, patience);
        await soon();
        expect(platform.offered()).toEqual(['Approve', 'Deny']);
        // Where nothing can be said to one person alone, they are told below.
        expect(platform.shown().slice(0, 2)).toEqual(['May I?', 'and meanwhile']);
        await shown('Approved.', inPlaceOf(first), 'm3');
        expect(platform.offered()).toEqual([]);
      },
    );

    /** Delivers an answer, changed on its way; gives the platform's ids of it. */
    async function shown(
      text: string,
      change: (outbound: OutboundMessage) => OutboundMessage,
      id = 'm1',
      tries = 1,
    ): Promise<string[]> {
      const { seen, model } = on.hub;
      const before = seen.deliveries.length;
      seen.outgoing = change;
      model.answer = text;
      await on.platform.send(message({ id }));
      await on.settled(before + tries);
      await soon();
      return seen.deliveries.at(-1)?.receipt?.messageIds ?? [];
    }
  });
}

function withButtons(outbound: OutboundMessage): OutboundMessage {
  const { memory } = outbound;
  return { ...outbound, memory: { ...memory, content: { ...memory.content, buttons } } };
}

/** As the outbox hands over what replaces another. */
function inPlaceOf(messageIds: string[]) {
  return (outbound: OutboundMessage): OutboundMessage => ({
    ...outbound,
    replaces: 'turn_of_the_first',
    replacing: { messageIds },
  });
}
