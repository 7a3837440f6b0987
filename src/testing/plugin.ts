/** What every plugin keeps to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type {
  Action,
  ActionContext,
  MemoryAccess,
  Plugin,
  PluginExtension,
  PluginParts,
  TurnContext,
} from '../extension-api.js';
import { type Memory, newId, wishesIn } from '../extension-api.js';
import { checkParts, pluginDefinition } from '../extensions/plugin-shape.js';
import { cpuTime } from './cpu-time.js';
import { FakeNotes } from './notes.js';
import { hooksContract } from './plugin-hooks.js';

/**
 * Declares the tests of a plugin; call it at the top of a vitest file. It makes up hostile texts with `fast-check`, so
 * install that beside vitest.
 *
 * @param load gives what the plugin's module exports.
 * @param samples parameters of each action, for a run that succeeds.
 * @param settings values of its settings, secrets as they are.
 * @example
 * pluginContract('dice', async () => dice, { roll_dice: { dice: 2 } });
 */
export function pluginContract(
  name: string,
  load: () => Promise<Plugin | PluginExtension>,
  samples: Record<string, Record<string, unknown>>,
  settings: Record<string, unknown> = {},
): void {
  describe(`plugin contract: ${name}`, () => {
    let plugin: PluginParts;
    let named: string;
    let fc: typeof import('fast-check');
    const end = new AbortController();
    beforeAll(async () => {
      fc = await import('fast-check');
      const definition = pluginDefinition(name, await load());
      named = definition.name;
      plugin = await definition.create({
        settings: definition.settings?.parse(settings) ?? {},
        nameOf: (field) => field,
        log: { debug() {}, info() {}, warn() {}, error() {} },
        notes: new FakeNotes(),
        signal: end.signal,
      });
      checkParts(name, plugin, ['name']);
      await plugin.open?.();
    });
    afterAll(async () => {
      end.abort(new Error('the hub stops'));
      await plugin.close?.();
    });
    const actions = () => plugin.actions ?? [];
    const each = async (check: (action: Action) => unknown) => {
      for (const action of actions()) await check(action);
    };

    it('goes by its name, and the samples cover its actions', () => {
      expect(named).toBe(name);
      expect(
        actions()
          .map((action) => action.name)
          .sort(),
      ).toEqual(Object.keys(samples).sort());
    });

    it('describes its actions for a model', () =>
      each((action) => {
        expect(action.description.length).toBeGreaterThan(20);
        const schema = z.toJSONSchema(action.parameters, { io: 'input' });
        expect(schema).toMatchObject({ type: 'object', properties: expect.any(Object) });
      }));

    it('is asked by any text for either nothing or with parameters it takes', () =>
      each((action) => {
        const words = fc.constantFrom(...askingWords);
        const sentence = fc
          .array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 12 })
          .map((parts) => parts.join(' '));
        fc.assert(
          fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), sentence), (text) => {
            const parameters = askedOf(action, text);
            if (parameters !== null) action.parameters.parse(parameters);
          }),
          { numRuns: 1000 },
        );
      }));

    it('has phrases that look through hostile text in no time', () =>
      each((action) => {
        const words = [
          ...askingWords,
          ' ',
          '(',
          '1',
          '1 ',
          '.',
          ',',
          'a',
          "'",
          '\n',
          'my a ',
          'mod(',
          'you ',
          'of the ',
        ];
        // The longer ones are those that no phrase is tried on.
        for (const [word, length] of words.flatMap((one) => [[one, 900] as const, [one, 20_000] as const])) {
          const text = word.repeat(Math.ceil(length / word.length)).slice(0, length);
          for (const hostile of [text, `what is ${text}`, `please remember that ${text}`, `forget ${text}`]) {
            expect(cpuTime(() => askedOf(action, hostile))).toBeLessThan(200);
          }
        }
      }));

    it('runs to a text that is not empty', () =>
      each(async (action) => {
        const parameters = action.parameters.parse(samples[action.name]);
        const result = await action.run(parameters, fakeContext());
        const text = typeof result === 'string' ? result : result.text;
        expect(text).toEqual(expect.any(String));
        expect(text.trim()).not.toBe('');
      }));

    it('answers any parameters its schema takes with a text, or an error that has a message', () =>
      each(async (action) => {
        const field = Object.keys(samples[action.name]!)[0];
        if (!field) return;
        await fc.assert(
          fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), async (text) => {
            const parsed = action.parameters.safeParse({ [field]: text });
            if (!parsed.success) return;
            const outcome = await action.run(parsed.data, fakeContext()).catch((error: Error) => error);
            if (outcome instanceof Error) expect(outcome.message).not.toBe('');
            else expect(typeof outcome === 'string' ? outcome : outcome.text).toEqual(expect.any(String));
          }),
          { numRuns: 200 },
        );
      }));

    it('does nothing once it is aborted', () =>
      each(async (action) => {
        const memory = fakeMemory();
        const signal = AbortSignal.abort(new Error('stopped'));
        const parameters = action.parameters.parse(samples[action.name]);
        await expect(action.run(parameters, fakeContext({ memory, signal }))).rejects.toThrow('stopped');
        expect(await memory.facts()).toEqual([]);
      }));

    it('provides context as a text or nothing', async () => {
      for (const provider of plugin.contextProviders ?? []) {
        const provided = await provider.provide(fakeContext());
        if (provided !== null) expect(provided.trim()).not.toBe('');
      }
    });

    hooksContract(
      () => plugin,
      () => fc,
    );
  });
}

const askingWords =
  'what|what’s|time|is|it|in|Tokyo|calculate|2+2|12*7|%|of|convert|5 km|to|miles|how many|remember|that|my|I am|forget|everything|about|me|you|know|please|can you|:|?|((|the'.split(
    '|',
  );

/** Facts in an array; they match when they share a word, best first. */
export function fakeMemory(...texts: string[]): MemoryAccess {
  let facts: Memory[] = [];
  const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const fake: MemoryAccess = {
    async remember(text) {
      const known = facts.find((fact) => fact.content.text === text);
      if (known) return known;
      const fact = factOf(text, 'ana');
      facts.unshift(fact);
      return fact;
    },
    async facts(asked) {
      if (!asked) return [...facts];
      const wanted = words(asked);
      const shared = (fact: Memory) =>
        [...words(fact.content.text)].filter((word) => wanted.has(word)).length;
      return facts.filter((fact) => shared(fact) > 0).sort((a, b) => shared(b) - shared(a));
    },
    search: async (asked) => fake.facts(asked),
    own: async (asked) => (await fake.facts(asked)).filter(({ author }) => author.id === 'ana'),
    async forget(ids) {
      const left = facts.filter(({ id }) => !ids.includes(id));
      const gone = facts.length - left.length;
      facts = left;
      return gone;
    },
  };
  for (const text of texts) {
    const [author, fact] = text.includes('|') ? text.split('|') : ['ana', text];
    facts.push(factOf(fact!, author!));
  }
  return fake;
}

function factOf(text: string, author: string): Memory {
  return {
    id: newId(),
    agentId: 'captain',
    roomId: 'room_test',
    scope: 'user_test',
    kind: 'fact',
    role: 'user',
    author: { id: author },
    content: { text, attachments: [], replyTo: null },
    source: { connector: 'test', tenant: 'default', channel: 'test', messageId: newId() },
    status: 'kept',
    turnId: null,
    createdAt: Date.now(),
  };
}

/** What a plugin is called with, Ana writing to the captain. */
export function fakeContext(changes: Partial<TurnContext> = {}): ActionContext {
  return {
    agent: { id: 'captain', character: { name: 'Captain' } as TurnContext['agent']['character'] },
    roomId: 'room_test',
    turnId: 'turn_test',
    user: { id: 'ana', name: 'Ana' },
    messages: [],
    memory: fakeMemory(),
    schedules: {
      add: async () => ({ id: 'schedule_test', times: '' }),
      list: async () => [],
      remove: async () => false,
    },
    documents: { keep: async () => [] },
    requester: async () => ({
      role: 'member',
      accounts: [{ connector: 'http', tenant: 'default', userId: 'ana' }],
    }),
    taint: [],
    signal: new AbortController().signal,
    idempotencyKey: 'key_test',
    ...changes,
  };
}

/** The parameters that a text asks an action with, by its phrases; null: it does not ask for it. */
function askedOf({ name, description, phrases, parameters }: Action, text: string): unknown {
  const [wish] = wishesIn(
    [{ name, description, phrases, parameters: z.toJSONSchema(parameters, { io: 'input' }) }],
    text,
  );
  return wish ? JSON.parse(wish.arguments) : null;
}
