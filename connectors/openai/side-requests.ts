/**
 * What chat programs ask a model behind their person's back: a title, tags, questions that might follow. It is no talk
 * with the agent, so it is answered here: no room, no memory, no tool and no model has anything of it.
 */
import type { ChatRequest } from './request.js';

interface Side {
  /** As Open WebUI calls it in its metadata. */
  task: string;
  /** How the prompts of programs begin, or what stands in them. */
  prompt: RegExp;
  answer(request: ChatRequest): string;
}

/** Open WebUI's prompts begin with "### Task:", and quote the talk that they are about. */
const ofTask = (words: string) => new RegExp(`^### Task:\\s*(?:${words})`, 'i');

const sides: Side[] = [
  {
    task: 'title_generation',
    prompt:
      /^(?:### Task:\s*Generate a concise, \d|Create a concise, \d-\d word (?:title|phrase)|Provide a concise, \d-word-or-less title)/i,
    answer: (request) => asJson(request, { title: titleOf(request) }, titleOf(request)),
  },
  {
    task: 'tags_generation',
    prompt: ofTask('Generate 1-3 broad tags'),
    answer: () => JSON.stringify({ tags: ['General'] }),
  },
  {
    task: 'follow_up_generation',
    prompt: ofTask('Suggest \\d-\\d relevant follow-up questions'),
    answer: () => JSON.stringify({ follow_ups: [] }),
  },
  {
    task: 'query_generation',
    prompt: ofTask('Analyze the chat history to determine the necessity of generating search queries'),
    answer: () => JSON.stringify({ queries: [] }),
  },
  {
    task: 'image_prompt_generation',
    prompt: ofTask('Generate a detailed prompt for an? image generation task'),
    answer: () => JSON.stringify({ prompt: '' }),
  },
  {
    task: 'autocomplete_generation',
    prompt: ofTask('You are an autocompletion system'),
    answer: () => JSON.stringify({ text: '' }),
  },
  {
    task: 'emoji_generation',
    prompt: /^Your task is to reflect the speaker's likely facial expression through a fitting emoji/i,
    answer: () => '💬',
  },
  {
    task: 'function_calling',
    prompt: /^Available Tools:[\s\S]*(?:choose and return the correct tool|"tool_calls")/i,
    answer: () => JSON.stringify({ tool_calls: [] }),
  },
  {
    task: 'other',
    prompt: /^### Task:\s[\s\S]*(?:<chat_history>|### Chat History)/i,
    answer: (request) => asJson(request, {}, ''),
  },
];

/** The answer to a side request; null: it is talk with the agent. */
export function sideAnswer(request: ChatRequest): string | null {
  const { task, history, rules } = request;
  const [only] = history;
  // A task that nothing is known of is no talk either.
  if (task !== undefined && /_generation$|^function_calling$/.test(task))
    return sides.find((side) => side.task === task)?.answer(request) ?? '';
  // They are sent alone, as one message or as rules beside one.
  if (history.length !== 1 || !only) return null;
  const side = sides.find(({ prompt }) => prompt.test(only.text.trimStart()) || prompt.test(rules));
  return side ? side.answer(request) : null;
}

function asJson({ history, rules }: ChatRequest, value: object, plain: string): string {
  const asksJson = /\bjson\b/i.test(history[0]?.text ?? '') || /\bjson\b/i.test(rules);
  return asksJson ? JSON.stringify(value) : plain;
}

/** The first words of the quoted talk. */
function titleOf({ history }: ChatRequest): string {
  const text = history[0]?.text ?? '';
  const talk =
    /<chat_history>\s*([\s\S]*?)\s*<\/chat_history>/i.exec(text)?.[1] ??
    /(?:Conversation|query):\s*([\s\S]+)/i.exec(text)?.[1] ??
    '';
  const words = talk
    .replace(/^(?:user|human|assistant|ai)\s*:\s*/i, '')
    .replace(/<[^>]*>/g, ' ')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 5);
  return words.join(' ').slice(0, 60) || 'Conversation';
}
