import { z } from 'zod';
import { Author, type Memory } from '../core/memory.js';
import { FatalError } from '../errors.js';
import { discreet } from '../memory/secrets.js';
import { defineOperation } from './operation.js';
import { placeOfRoom } from './place.js';
import { knowledgeOf, knowledgeShapes } from './prompt-knowledge.js';
import { seenRooms } from './seen.js';
import { id, instant, texts } from './shapes.js';

const noTurn = { message: 'There is no such turn that has ended.', field: 'turnId' };
const said = { ...texts('id', 'role'), author: Author, text: z.string(), at: instant };
/** Pages of history that are looked through for what came before a turn. */
const mostPages = 20;

export const turnPrompt = defineOperation({
  name: 'turns.prompt',
  about: 'what the model was given in a turn, put together anew from ids: what was forgotten since is gone',
  permission: 'turns.read',
  reads: true,
  input: z.strictObject({ turnId: id }),
  output: z.object({
    ...texts('turnId', 'agentId', 'roomId'),
    model: z.string().nullable(),
    character: z
      .object({ name: z.string(), bio: z.array(z.string()), system: z.string(), style: z.array(z.string()) })
      .nullable()
      .describe('as it is now; null: the agent does not run'),
    earlier: z.array(z.object(said)).describe('the conversation before it, as it stands in history'),
    asked: z
      .array(z.object({ ...said, author: Author.nullable(), text: z.string().nullable() }))
      .describe('null: it was forgotten'),
    recalled: z.array(
      z.object({
        id: z.string(),
        kind: z.string().nullable(),
        author: Author.nullable(),
        text: z.string().nullable().describe('null: it was forgotten, or whoever asks may not read it'),
        ...{ score: z.number(), words: z.number(), meaning: z.number().nullable() },
      }),
    ),
    steps: z.array(
      z.object({
        text: z.string(),
        actions: z.array(
          z.object({
            ...texts('name', 'arguments', 'state'),
            result: z.string().nullable(),
            durationMs: z.number(),
          }),
        ),
        usage: z.object({ inputTokens: z.number(), outputTokens: z.number() }),
      }),
    ),
    ...knowledgeShapes,
    durationMs: z.number().describe('of the last attempt'),
  }),
  async concerns({ turnId }, parts) {
    const roomId = (await parts.store.turns.get(turnId))?.roomId;
    return roomId === undefined ? {} : { roomId, ...(await placeOfRoom(roomId, parts)) };
  },
  unknown: noTurn,
  audit: (input) => input,
  async run({ turnId }, parts) {
    const { store, agents, sees } = parts;
    const turn = await store.turns.get(turnId);
    if (!turn) throw new FatalError('not_found', noTurn.message, { field: noTurn.field });
    const { agentId, roomId, model, covers, steps, startedAt, finishedAt } = turn;
    const agent = agents.list().find((one) => one.id === agentId);
    const asked = await Promise.all(covers.map((cover) => store.memories.get(cover)));
    const hits = turn.recall?.hits ?? [];
    const recalled = await Promise.all(hits.map((hit) => store.memories.get(hit.id)));
    const readable = await seenRooms({ sees, store })(recalled.filter((memory) => memory !== null));
    const known = new Map(readable.map((memory) => [memory.id, memory]));
    return {
      ...{ turnId, agentId, roomId, model },
      character: agent ? characterOf(agent.character) : null,
      earlier: (await earlierThan(covers, turn, agent?.character.memory.recentMessages ?? 20)).map(saidOf),
      asked: asked.map((memory, at) =>
        memory ? saidOf(memory) : { id: covers[at]!, role: 'user', author: null, text: null, at: startedAt },
      ),
      recalled: hits.map(({ id, score, words, meaning }) => {
        const memory = known.get(id);
        const text = memory ? discreet(memory).content.text : null;
        return {
          id,
          kind: memory?.kind ?? null,
          author: memory?.author ?? null,
          text,
          score,
          words,
          meaning,
        };
      }),
      steps: steps.map(({ text, actions, usage }) => ({ text, actions, usage })),
      ...(await knowledgeOf(turn, parts)),
      durationMs: finishedAt - startedAt,
    };

    async function earlierThan(covers: string[], { replyId }: { replyId: string | null }, most: number) {
      const first = covers.toSorted()[0];
      const found: Memory[] = [];
      let cursor: string | undefined;
      for (let pages = 0; first !== undefined && pages < mostPages && found.length < most; pages++) {
        const page = await store.memories.history(roomId, { limit: 200, order: 'newest', cursor });
        found.push(...page.items.filter(({ id }) => id < first && id !== replyId));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      return found.slice(0, most).reverse();
    }
  },
});

function characterOf({
  name,
  bio,
  system,
  style,
}: {
  name: string;
  bio: unknown;
  system: string;
  style: unknown;
}) {
  return {
    name,
    bio: [bio].flat().map(String),
    system: system ?? '',
    style: [style ?? []].flat().map(String),
  };
}

function saidOf(memory: Memory) {
  const { id, role, author, createdAt } = memory;
  return { id, role, author, text: discreet(memory).content.text, at: createdAt };
}
