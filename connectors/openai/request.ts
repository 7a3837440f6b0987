/** What a client posts: its whole conversation, of which the last words are new. */
import { z } from 'zod';
import { FatalError, problemsOf, problemText, sentence } from '../../src/extension-api.js';
import { CallerId } from '../http/normalize.js';
import { type FilePart, Parts, wordsOf } from './content.js';

/** One message of the client's history. */
export interface Said {
  role: 'user' | 'assistant';
  text: string;
  files: FilePart[];
}

export interface ChatRequest {
  model: string;
  stream: boolean;
  /** The stream ends with what was used. */
  includeUsage: boolean;
  /** What the client calls its person. */
  user: string | undefined;
  /** In order; the last one is a user's. */
  history: Said[];
  /** Words that the client gives its model as rules. */
  rules: string;
  /** What the client itself says that the request is for. */
  task: string | undefined;
}

const Content = z.union([z.string(), Parts]).nullish();

const Message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: Content,
});
type Message = z.output<typeof Message>;

/** Null stands for absent in many clients. */
export const Body = z.object({
  model: z.string().min(1).max(256),
  messages: z.array(Message).min(1).max(10_000),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  user: CallerId.nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  n: z.literal(1, 'must be 1: an agent gives one answer').nullish(),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.unknown().optional(),
  functions: z.array(z.unknown()).nullish(),
  response_format: z.object({ type: z.literal('text', 'must be "text": agents answer in words') }).nullish(),
  modalities: z.array(z.literal('text', 'must be ["text"]: agents answer in words')).nullish(),
});

/** @throws FatalError `invalid_field`; its field is as the client named it. */
export function readRequest(body: unknown): ChatRequest {
  const parsed = Body.safeParse(body);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, Body);
    throw refused(problems[0]?.field || undefined, sentence(problemText(problems)));
  }
  const { model, messages, stream, stream_options, user, metadata, tools, functions, tool_choice } =
    parsed.data;
  for (const [field, given] of Object.entries({ tools, functions }))
    if (given && given.length > 0 && tool_choice !== 'none')
      throw refused(
        field,
        `${field}: an agent uses its own tools, and cannot call those of a client. Leave them out, or send tool_choice "none".`,
      );
  const rules = messages.flatMap((one) =>
    one.role === 'system' || one.role === 'developer' ? [wordsOf(one.content).text] : [],
  );
  const { task } = metadata ?? {};
  return {
    model,
    stream: stream ?? false,
    includeUsage: stream_options?.include_usage ?? false,
    user: user ?? undefined,
    history: historyOf(messages),
    rules: rules.join('\n\n').trim(),
    task: typeof task === 'string' ? task : undefined,
  };
}

/** What tools gave is between the client and some other model. */
function historyOf(messages: Message[]): Said[] {
  const history = messages.flatMap(({ role, content }, index): Said[] => {
    if (role !== 'user' && role !== 'assistant') return [];
    const said = { role, ...wordsOf(content, `messages[${index}].content`) };
    // A call of a tool has no words.
    return role === 'assistant' && said.text === '' ? [] : [said];
  });
  const last = messages.findLast(({ role }) => role !== 'system' && role !== 'developer');
  if (last?.role !== 'user')
    throw refused(
      'messages',
      'messages: the last one must have the role "user": it is what the agent answers.',
    );
  return history;
}

function refused(field: string | undefined, message: string): FatalError {
  return new FatalError('invalid_field', message, { field });
}
