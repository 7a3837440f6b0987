/** One budget for the whole prompt: it is never exceeded, what is nearest is kept, and what was cut is named. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelAbilities } from '../../src/core/model-abilities.js';
import { estimateTokens } from '../../src/core/token-estimate.js';
import { RetryableError } from '../../src/errors.js';
import { FileReader } from '../../src/files/reader.js';
import type { ModelMessage, ModelRequest, Quote } from '../../src/llm/llm.js';
import { promptText } from '../../src/llm/prompt-text.js';
import { createLogger } from '../../src/logger.js';
import { generate } from '../../src/runtime/generate.js';
import { PromptFitter } from '../../src/runtime/prompt-fitter.js';
import type { Composed } from '../../src/runtime/transcript.js';
import type { FileStore } from '../../src/store/file-store.js';
import { answerLimits, coolingWith } from '../support/cooling.js';
import { scriptedModel } from '../support/model.js';
import { noise } from '../support/pictures.js';

const stored: Record<string, number> = { small: 300, large: 20_000, photo: 1000, scan: 60_000 };
const pictures = new Map(['photo', 'scan'].map((key) => [key, noise(stored[key]!)]));
const fitterOf = (limits = { contextTokens: 16_384, fileBytes: 100_000 }) => {
  const loaded: string[] = [];
  const store = {
    async get(key: string) {
      loaded.push(key);
      return pictures.get(key) ?? new Uint8Array(stored[key]!).fill(0x61);
    },
  } as unknown as FileStore;
  return { fitter: new PromptFitter(new FileReader(store), limits), loaded };
};
const { signal } = new AbortController();
const able = (more: Partial<ModelAbilities> = {}): ModelAbilities => ({
  ...{ sees: true, hears: false, tools: true },
  ...more,
});

const file = (key: string) => {
  const picture = key === 'photo' || key === 'scan';
  const mediaType = picture ? 'image/png' : 'text/plain';
  const named = { name: `${key}.x`, mediaType, size: stored[key]! };
  return { ...named, attachment: { ...named, file: key } };
};
const user = (text: string, more: object = {}): ModelMessage => ({
  ...{ role: 'user', text, speaker: { id: 'ann', name: 'Ann' }, at: 1 },
  ...more,
});
/** What costs tokenizers little, and much. */
const kinds = ['word ', '今天天气', '😀', 'x\n', 'aGVsbG8gd29ybGQ5MjM0', '[message by p1]\n'];
const words = (count: number, word = 'word ') => word.repeat(count);
const quote = (text: string): Quote => ({ by: { id: 'ann' }, at: 1, text, kind: 'fact' });

function composed(parts: {
  earlier?: ModelMessage[];
  asked?: ModelMessage[];
  own?: ModelMessage[];
  facts?: Quote[];
  recalled?: Quote[];
  context?: string[];
  unshown?: number;
}): Composed {
  const {
    earlier = [],
    asked = [user('what now?')],
    own = [],
    facts = [],
    recalled = [],
    context = [],
  } = parts;
  return {
    vouched: [],
    subject: { version: '', topic: '' },
    system: [
      { kind: 'instructions', text: 'Be kind.' },
      { kind: 'format' },
      ...context.map((text) => ({ kind: 'context' as const, text })),
      { kind: 'facts', memories: facts },
      { kind: 'recalled', memories: recalled },
    ],
    messages: [...earlier, ...asked, ...own],
    ...{ asked: new Set(asked), earlier: new Set(earlier), unshown: parts.unshown ?? 0 },
    tools: [{ name: 'look', description: words(20), parameters: { type: 'object' } }],
    maxTokens: 4096,
  };
}

function textOf(request: ModelRequest): string {
  const { system, messages } = promptText(request);
  return [system, ...messages.map(({ text }) => text)].join('\n');
}

async function fitted(request: Composed, contextTokens?: number, most?: number) {
  const { fitter, loaded } = fitterOf();
  const result = await fitter.fit(request, able({ contextTokens }), signal, most);
  return { ...result, text: textOf(result.request), loaded };
}

describe('a prompt', () => {
  it('[security.2] is never longer than the model reads, whatever there is to say', async () => {
    const sizes = fc.tuple(fc.constantFrom(...kinds), fc.nat(4000));
    const files = fc.array(fc.constantFrom('small', 'large', 'photo'), { maxLength: 4 });
    const said = fc.record({ text: sizes, files, parts: fc.array(sizes, { maxLength: 5 }) });
    const some = (maxLength: number) => fc.array(sizes, { maxLength });
    const spec = fc.record({
      earlier: fc.array(fc.oneof(said, sizes), { maxLength: 10 }),
      asked: fc.array(said, { minLength: 1, maxLength: 5 }),
      ...{ own: some(4), facts: some(6), recalled: some(6), context: some(3) },
    });
    type Size = [word: string, count: number];
    const text = ([word, count]: Size) => words(count, word);
    const message = (said: { text: Size; files: string[]; parts: Size[] } | Size): ModelMessage =>
      Array.isArray(said)
        ? { role: 'assistant', text: text(said) }
        : user(text(said.text), {
            files: said.files.map(file),
            parts: said.parts.map((size) => ({ kind: 'earlier', text: text(size) })),
          });
    await fc.assert(
      fc.asyncProperty(spec, fc.constantFrom(8192, 16_384, 128_000), async (spec, contextTokens) => {
        const whole = composed({
          earlier: spec.earlier.map(message),
          asked: spec.asked.map(message),
          own: spec.own.map((size) => ({ role: 'tool', callId: 'c', name: 'look', text: text(size) })),
          facts: spec.facts.map((size) => quote(text(size))),
          recalled: spec.recalled.map((size) => quote(text(size))),
          context: spec.context.map(text),
        });
        const { request, text: prompt } = await fitted(whole, contextTokens);
        const images = request.messages.flatMap((one) => (one.role === 'user' ? (one.images ?? []) : []));
        const tokens = estimateTokens(prompt) + images.length * 2000 + request.maxTokens;
        expect(tokens).toBeLessThanOrEqual(contextTokens);
        expect(request.messages.length).toBeGreaterThanOrEqual(spec.asked.length + spec.own.length);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('keeps what is asked, and the newest of what was said before', async () => {
    const earlier = Array.from({ length: 40 }, (_, i) => user(`message ${i}. ${words(100)}`));
    const { text } = await fitted(composed({ earlier, unshown: 2 }), 4096);
    expect(text).toContain('what now?');
    expect(text).toContain('message 39.');
    expect(text).not.toContain('message 0.');
    const shown = text.match(/message \d+\./g)!.length;
    expect(text).toContain(`[${40 - shown + 2} earlier messages left out]`);
  });

  it('names what is cut of a text, a quote, a file, a result and of what is remembered', async () => {
    const asked = [
      user(words(1500), { quote: { author: 'Bob', text: words(2000) }, files: [file('large')] }),
    ];
    const own: ModelMessage[] = [{ role: 'tool', callId: 'c', name: 'look', text: words(4000) }];
    const facts = Array.from({ length: 9 }, () => quote(words(100)));
    const { text } = await fitted(composed({ asked, own, facts }), 4096);
    expect(text.match(/\[cut: the first [\d,]+ of [\d,]+ characters\]/g)).toHaveLength(2);
    expect(text).toMatch(
      /\[file "large.x", text\/plain, 20000 bytes, not shown: "there is no room left for it"\]|\[cut: this is/,
    );
    expect(text).toMatch(/quoted or attached text left out|characters of what it answers/);
    expect(text).toMatch(/\[\d+ facts left out\]/);
  });

  it('is the whole of it where there is room', async () => {
    const whole = composed({
      earlier: [user('before')],
      asked: [user('now', { files: [file('small')], quote: { text: 'q' } })],
      facts: [quote('f')],
      context: ['c'],
    });
    const { request, text } = await fitted(whole, 128_000);
    expect(text).not.toMatch(/left out|cut:/);
    expect(text).toContain('a'.repeat(300));
    expect(request.tools).toEqual(whole.tools);
    expect(request.maxTokens).toBe(4096);
    expect(JSON.stringify(request)).not.toContain('attachment');
  });

  it('leaves room for the answer, however short the model', async () => {
    const { request } = await fitted(composed({}), 2048);
    expect(request.maxTokens).toBeLessThan(1024);
  });

  it.each([60, 12])(
    '[act.39] is shorter where the provider found it too long: %i messages',
    async (count) => {
      const earlier = Array.from({ length: count }, (_, i) => user(`message ${i}. ${words(100)}`));
      const first = await fitted(composed({ earlier }), 8192);
      const second = await fitted(composed({ earlier }), 8192, Math.floor(first.tokens() / 2));
      expect(second.tokens()).toBeLessThan(first.tokens() * 0.55);
      expect(second.text).toContain('what now?');
    },
  );
});

it('[security.2] each model of a chain gets as much as it reads', async () => {
  const earlier = Array.from({ length: 60 }, (_, i) => user(`message ${i}. ${words(100)}`));
  const modelOf = (contextTokens: number) => {
    const model = scriptedModel(() => {
      if (contextTokens < 10_000) throw new RetryableError('model_unavailable', 'away');
      return 'ok';
    });
    return Object.assign(model, { abilities: { ...model.abilities, contextTokens } });
  };
  const [short, long] = [modelOf(4096), modelOf(128_000)];
  const options = {
    limits: answerLimits,
    signal,
    onText: () => {},
    onVoid: () => {},
    cooling: coolingWith(),
    log: createLogger('silent'),
  };
  const { text } = await generate([short, long], composed({ earlier }), {
    ...options,
    fitter: fitterOf().fitter,
  });
  expect(text).toBe('ok');
  expect(textOf(short.requests[0]!)).toMatch(/\[\d+ earlier messages left out\]/);
  expect(textOf(long.requests[0]!)).toContain('message 0.');
});

describe('[security.1] files', () => {
  it('of earlier messages that are pictures are named and not loaded', async () => {
    const earlier = [user('old', { files: [file('photo')] })];
    const { text, loaded } = await fitted(composed({ earlier }), 128_000);
    expect(text).toContain('[file "photo.x", image/png, 1000 bytes]');
    expect(loaded).toEqual([]);
  });

  it('of earlier messages are read where there is room: people ask on about what they have sent', async () => {
    const earlier = [user('old', { files: [file('small')] })];
    expect((await fitted(composed({ earlier }), 128_000)).loaded).toEqual(['small']);
  });

  it('that are pictures are loaded for models that see alone; others are told so', async () => {
    const { fitter, loaded } = fitterOf();
    const request = composed({ asked: [user('look', { files: [file('photo')] })] });
    const blind = await fitter.fit(request, able({ sees: false }), signal);
    expect([loaded, textOf(blind.request)]).toEqual([
      [],
      expect.stringContaining('not shown: "you cannot see pictures"'),
    ]);
    const { request: seen } = await fitter.fit(request, able(), signal);
    expect(seen.messages[0]).toMatchObject({ images: [{ mediaType: 'image/png' }], files: [{ picture: 1 }] });
  });

  it('are as many pictures, and of as many bytes, as the hub and the provider take; the newest first', async () => {
    const { fitter } = fitterOf();
    const pictures = (...keys: string[]) => user('look', { files: keys.map(file) });
    const request = composed({ asked: [pictures('photo', 'photo'), pictures('scan', 'scan', 'photo')] });
    const shownTo = async (images?: ModelAbilities['images']) => {
      const fitted = await fitter.fit(request, able({ contextTokens: 128_000, images }), signal);
      fitted.release();
      const messages = fitted.request.messages.filter((one) => one.role === 'user');
      const sizes = messages.flatMap(({ images = [] }) => images.map(({ bytes }) => bytes.length));
      return {
        shown: messages.flatMap(({ files = [] }) => files.map(({ picture, problem }) => picture ?? problem)),
        largest: Math.max(...sizes),
        all: sizes.reduce((sum, size) => sum + size, 0),
      };
    };
    const usual = await shownTo();
    expect(usual.shown.slice(2)).toEqual([1, 2, 3]);
    expect(usual.all).toBeLessThanOrEqual(100_000);
    const tooMany = 'there are more pictures than can be shown at once';
    const two = await shownTo({ most: 2, maxBytes: 1e6, maxPixels: 1e6 });
    expect(two.shown).toEqual([tooMany, tooMany, 1, 2, tooMany]);
    expect((await shownTo({ most: 9, maxBytes: 5000, maxPixels: 1e6 })).largest).toBeLessThanOrEqual(5000);
  });

  it('of several turns wait for each other where they would be too many bytes at once', async () => {
    const { fitter } = fitterOf({ contextTokens: 128_000, fileBytes: 60_000 });
    const request = composed({ asked: [user('look', { files: [file('scan')] })] });
    const full = await Promise.all([1, 2, 3, 4].map(() => fitter.fit(request, able(), signal)));
    let entered = false;
    const waiting = fitter.fit(request, able(), signal).then((fitted) => {
      entered = true;
      return fitted;
    });
    const gaveUp = fitter.fit(request, able(), AbortSignal.timeout(20));
    await expect(gaveUp).rejects.toThrow();
    expect(entered).toBe(false);
    // Words alone wait for nobody.
    await fitter.fit(composed({}), able(), signal);
    full[0]!.release();
    (await waiting).release();
  });
});
