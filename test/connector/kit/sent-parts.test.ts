import { describe, expect, it } from 'vitest';
import { SentParts } from '../../../src/extension-api.js';
import { FakeHost } from '../../../src/testing/host.js';

const signal = new AbortController().signal;

/** A platform that takes so many parts and then fails once. */
function platform(fails: number) {
  const taken: string[] = [];
  const part = (text: string) => async () => {
    if (taken.length === fails) {
      fails = -1;
      throw new Error('hung up');
    }
    taken.push(text);
    return `id-${text}`;
  };
  return { taken, parts: ['one', 'two', 'three'].map(part) };
}

describe('[structure.12] parts already sent', () => {
  it.each([0, 1, 2])('are not sent again by the next process, when the first stopped after %i', async (n) => {
    const { notes } = new FakeHost();
    const { taken, parts } = platform(n);
    const open = () => SentParts.open({ notes, outboundId: 'o1', plan: null });
    const first = await open();
    await expect(first.send(parts, signal)).rejects.toThrow('hung up');
    expect(first.ids).toHaveLength(n);
    const second = await open();
    expect(second.resumed).toBe(n > 0);
    expect(await second.send(parts, signal)).toEqual(['id-one', 'id-two', 'id-three']);
    expect(taken).toEqual(['one', 'two', 'three']);
    expect(await (await open()).send(parts, signal)).toEqual(['id-one', 'id-two', 'id-three']);
    expect(taken).toHaveLength(3);
    expect((await SentParts.open({ notes, outboundId: 'o2', plan: null })).resumed).toBe(false);
  });

  it('are marked in any order; a part without an id is one, too', async () => {
    const { notes } = new FakeHost();
    const options = { notes, outboundId: 'o1', plan: null };
    await (await SentParts.open(options)).mark(1, '');
    const again = await SentParts.open(options);
    expect([again.has(0), again.has(1), again.has(2)]).toEqual([false, true, false]);
    const { taken, parts } = platform(-1);
    expect(await again.send(parts, signal)).toEqual(['id-one', 'id-three']);
    expect(taken).toEqual(['one', 'three']);
  });

  it('follow the plan of the first try, which may be noted before anything is sent', async () => {
    const { notes } = new FakeHost();
    const options = { notes, outboundId: 'o1', announce: true };
    const first = await SentParts.open({ ...options, plan: { captioned: true } });
    const second = await SentParts.open({ ...options, plan: { captioned: false } });
    expect([first.resumed, second.resumed]).toEqual([false, true]);
    expect(second.plan).toEqual({ captioned: true });
    expect(second.at).toBe(first.at);
  });

  it('are marked though the store is away for a moment', async () => {
    const { notes } = new FakeHost();
    let failures = 2;
    const put: typeof notes.put = async (...note) => {
      if (failures-- > 0) throw new Error('away');
      return notes.put(...note);
    };
    const flaky = { get: notes.get.bind(notes), take: notes.take.bind(notes), put };
    const sent = await SentParts.open({ notes: flaky, outboundId: 'o1', plan: null });
    await sent.mark(0, 'id');
    expect((await SentParts.open({ notes, outboundId: 'o1', plan: null })).ids).toEqual(['id']);
  });

  it('are read and written as an older version did, and begun anew where nobody can read them', async () => {
    const { notes } = new FakeHost();
    await notes.put('sent:o1', ['a', 'b']);
    const codec = {
      read: (noted: unknown) => (Array.isArray(noted) ? { at: 0, plan: null, ids: noted } : null),
      write: ({ ids }: { ids: (string | null)[] }) => ids,
    };
    const sent = await SentParts.open({ notes, outboundId: 'o1', plan: null, codec });
    expect(sent.ids).toEqual(['a', 'b']);
    await sent.mark(2, 'c');
    expect(await notes.get('sent:o1')).toEqual(['a', 'b', 'c']);
    await notes.put('sent:o2', { strange: true });
    expect((await SentParts.open({ notes, outboundId: 'o2', plan: null })).resumed).toBe(false);
  });

  it('are no longer sent once the signal aborts', async () => {
    const { notes } = new FakeHost();
    const { taken, parts } = platform(-1);
    const sent = await SentParts.open({ notes, outboundId: 'o1', plan: null });
    await expect(sent.send(parts, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(taken).toEqual([]);
  });
});
