/** Block Kit's limits, as https://docs.slack.dev/reference/block-kit/blocks has them, for the blocks a chat bot uses. */
import { Refusal } from './refusal.js';

type Block = Record<string, unknown>;

/** What `chat.postMessage` was seen to take in all, though no page says so (bolt-js issue 2509). */
const maxJsonChars = 13_000;

const checks: Record<string, (block: Block) => string | null> = {
  section: ({ text, fields }) =>
    text === undefined && fields === undefined ? 'missing text or fields' : textProblem(text, 3000),
  header: ({ text }) => textProblem(text, 150),
  divider: () => null,
  markdown: ({ text }) =>
    typeof text === 'string' && text.length <= 12_000 ? null : 'text must be at most 12000 characters',
  context: ({ elements }) =>
    listProblem(elements, 10, (element) => (element.type === 'image' ? null : textProblem(element, 3000))),
  actions: ({ elements }) => listProblem(elements, 25, buttonProblem),
};

/** @throws Refusal `invalid_blocks`, `msg_blocks_too_long` */
export function checkBlocks(blocks: unknown): Block[] {
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format');
  if (blocks.length > 50) throw invalid('no more than 50 items allowed');
  for (const [index, block] of (blocks as Block[]).entries()) {
    const check = checks[String(block?.type)];
    const problem = check ? check(block) : `unsupported type: ${String(block?.type)}`;
    if (problem) throw invalid(`${problem} [json-pointer:/blocks/${index}]`);
  }
  const ids = (blocks as Block[]).flatMap(({ elements }) =>
    Array.isArray(elements) ? elements.flatMap(({ action_id }) => (action_id ? [action_id] : [])) : [],
  );
  if (new Set(ids).size < ids.length) throw invalid('action_id must be unique');
  if (JSON.stringify(blocks).length > maxJsonChars) throw new Refusal('msg_blocks_too_long');
  return blocks as Block[];
}

function invalid(message: string): Refusal {
  return new Refusal('invalid_blocks', { response_metadata: { messages: [`[ERROR] ${message}`] } });
}

function textProblem(text: unknown, max: number): string | null {
  const { type, text: content } = (text ?? {}) as Block;
  if (type !== 'mrkdwn' && type !== 'plain_text') return 'unsupported text type';
  if (typeof content !== 'string' || content.length === 0) return 'must be more than 0 characters';
  return content.length > max ? `must be less than ${max + 1} characters` : null;
}

function listProblem(list: unknown, max: number, check: (item: Block) => string | null): string | null {
  if (!Array.isArray(list) || list.length === 0) return 'must have at least one element';
  if (list.length > max) return `no more than ${max} items allowed`;
  return (list as Block[]).map(check).find((problem) => problem !== null) ?? null;
}

function buttonProblem({ type, text, action_id: id, value, style }: Block): string | null {
  if (type !== 'button') return `unsupported element: ${String(type)}`;
  if ((text as Block | undefined)?.type !== 'plain_text') return 'a button has plain_text';
  if (id !== undefined && String(id).length > 255) return 'action_id must be less than 256 characters';
  if (value !== undefined && String(value).length > 2000) return 'value must be less than 2001 characters';
  if (style !== undefined && style !== 'primary' && style !== 'danger') return 'unsupported style';
  return textProblem(text, 75);
}
