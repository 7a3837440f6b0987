/** The model and the plugin of a hub under chaos. Both write down what they do, and the reply says which attempt it is of. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineAction, type Plugin } from '../../src/extension-api.js';
import type { LanguageModel, ModelChunk, ModelRequest } from '../../src/llm/llm.js';
import { promptText } from '../../src/llm/prompt-text.js';
import { note, now } from './journal.js';
import type { Random } from './random.js';

/** Longest answer of the model, in ms; half of its answers come at once. */
const slowestMs = 300;
const longestActionMs = 30;

/** Messages are called `r3#17`: the 17th of room `r3`. */
const names = /\br\d+#\d+\b/g;

/** What the provider tells the model, since a model is not told of rooms and turns. */
interface Attempt {
  id: string;
  room: string;
  turn: string;
  covers: number;
}

const told = /^\| attempt (\{.*\})$/m;

/** What a reply says: who made it, and the messages it answers as the model saw them. */
export interface Said {
  attempt: string;
  turn: string;
  heard: string[];
}

export function readReply(text: string): Said | null {
  const found = /\{"attempt".*\}$/.exec(text);
  return found && (JSON.parse(found[0]) as Said);
}

export function chaosModel(journal: string, random: Random): LanguageModel {
  return {
    id: 'chaos:model',
    abilities: { sees: false, hears: false, tools: true },
    async *stream(request, signal): AsyncGenerator<ModelChunk> {
      const attempt = JSON.parse(told.exec(promptText(request).system)![1]!) as Attempt;
      const ends = begin(journal, attempt);
      try {
        await sleep(Math.max(0, random.between(-slowestMs, slowestMs)), undefined, { signal });
        const heard = heardIn(request, attempt);
        const due = request.messages.some(({ role }) => role === 'tool') ? [] : heard.filter(wantsAction);
        for (const { name } of due)
          yield {
            type: 'call',
            call: { id: randomUUID(), name: 'ledger', arguments: JSON.stringify({ name }) },
          };
        const said: Said = { attempt: attempt.id, turn: attempt.turn, heard: heard.map(({ name }) => name) };
        if (due.length === 0) yield { type: 'text', text: JSON.stringify(said) };
        yield {
          type: 'end',
          finish: due.length > 0 ? 'calls' : 'stop',
          usage: { inputTokens: 0, outputTokens: 0 },
        };
      } finally {
        ends();
      }
    },
  };
}

/** Every attempt at a turn is given an id of its own, and asks for the ledger where a message wants it. */
export function chaosPlugin(journal: string, random: Random): Plugin {
  /** By the array of the turn's messages, which all that an attempt calls is given. */
  const attempts = new WeakMap<object, Attempt>();
  const ledger = defineAction({
    name: 'ledger',
    description: 'Writes a message into the ledger.',
    parameters: z.object({ name: z.string() }),
    // Its service knows idempotency keys.
    repeatable: true,
    async run({ name }, { idempotencyKey, messages, signal }) {
      const attempt = attempts.get(messages)!;
      const ends = begin(journal, attempt);
      try {
        note(journal, { type: 'effect', key: idempotencyKey, message: name, attempt: attempt.id, at: now() });
        await sleep(random.between(0, longestActionMs), undefined, { signal });
        return 'written';
      } finally {
        ends();
      }
    },
  });
  return {
    name: 'chaos',
    actions: [ledger],
    contextProviders: [
      {
        name: 'attempt',
        async provide({ turnId, roomId, messages }) {
          const attempt = { id: randomUUID(), room: roomId, turn: turnId, covers: messages.length };
          attempts.set(messages, attempt);
          return `attempt ${JSON.stringify(attempt)}`;
        },
      },
    ],
  };
}

/** A span of the attempt; the result ends it. */
function begin(journal: string, { id, room, turn }: Attempt): () => void {
  const span = randomUUID();
  note(journal, { type: 'begin', span, attempt: id, room, turn, at: now() });
  return () => note(journal, { type: 'end', span, at: now() });
}

/** The messages to answer, read from the conversation itself: the last so many that people said. */
function heardIn({ messages }: ModelRequest, { covers }: Attempt): { name: string; text: string }[] {
  const said = messages.filter(({ role }) => role === 'user').slice(-covers);
  return said.map(({ text }) => ({ name: text.match(names)?.[0] ?? text, text }));
}

function wantsAction({ text }: { text: string }): boolean {
  return text.includes('ledger');
}
