/** Reads a prompt back, by its form alone: who speaks, what they say, and what comes with it. */

/** A line of the hub's, and the words after it; null: none. */
export interface Block {
  head: string;
  words: string | null;
}

/** @throws when a line is neither the hub's nor somebody's words. */
export function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  for (const line of text === '' ? [] : text.split('\n')) {
    if (line.startsWith('[') && line.endsWith(']')) blocks.push({ head: line.slice(1, -1), words: null });
    else if (/^\|($| )/.test(line) && blocks.length > 0) {
      const block = blocks.at(-1)!;
      block.words = block.words === null ? line.slice(2) : `${block.words}\n${line.slice(2)}`;
    } else throw new Error(`Not a line of a prompt: ${JSON.stringify(line)}`);
  }
  return blocks;
}

export interface Person {
  number: number;
  name?: string;
  /** Where the person is named first, and not called so. */
  id?: string;
}

const string = '"(?:[^"\\\\]|\\\\.)*"';
const person = `p(\\d+)(?: (${string}))?(?: \\(id (${string})\\))?`;

/** The person that a line names; null: the hub or the agent. @throws where the line is of neither form. */
export function personIn(head: string): Person | null {
  const found = new RegExp(`^\\w+ by ${person}(?:, at [-\\d:.TZ]+)?$`).exec(head);
  if (!found) {
    if (/^(the hub|\w+ by you)(, at [-\d:.TZ]+)?$/.test(head)) return null;
    throw new Error(`Names nobody: ${head}`);
  }
  const [, number, name, id] = found;
  return {
    number: Number(number),
    ...(name && { name: JSON.parse(name) as string }),
    ...(id && { id: JSON.parse(id) as string }),
  };
}

/** A user's message: who says what, and the rest as it stands there. */
export function readMessage(text: string): { person: Person | null; words: string; rest: string } {
  const [first, ...others] = readBlocks(text);
  if (!first) throw new Error('A message without a line that says whose it is.');
  const lines = text.split('\n');
  const at = lines.findIndex((line, index) => index > 0 && line.startsWith('['));
  return {
    person: personIn(first.head),
    words: first.words ?? '',
    rest: others.length > 0 ? lines.slice(at).join('\n') : '',
  };
}
