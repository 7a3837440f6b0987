/** A conversation where the output is no terminal (`carrier chat | tee talk.txt`), or one that knows no cursor. */
import { createInterface } from 'node:readline';
import type { Page } from './answer.js';
import { Conversation } from './conversation.js';
import type { Talk } from './hub.js';
import { stylesFor, wantsColour } from './styles.js';

/** Line by line, without prompts and without anything that moves. Resolves with the exit code. */
export async function talkInLines(
  talk: Talk,
  { input, output }: { input: NodeJS.ReadStream; output: NodeJS.WriteStream },
): Promise<number> {
  const styles = stylesFor(wantsColour(output));
  const page: Page = { say: (text) => output.write(`${text}\n`), show: () => {} };
  let leave: (code: number) => void = () => {};
  const left = new Promise<number>((resolve) => (leave = resolve));
  const conversation = new Conversation(talk, page, styles, leave);
  const lines = createInterface({ input, terminal: false });
  lines.on('line', (line) => conversation.enter(line));
  lines.on('close', () => leave(0));
  const stop = () => {
    // The terminal itself clears a line that was begun.
    conversation.interrupt('');
  };
  process.on('SIGINT', stop);
  try {
    return await left;
  } finally {
    process.off('SIGINT', stop);
    conversation.end();
    lines.close();
  }
}
