/** A conversation in a terminal. */
import { createInterface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { Conversation } from './conversation.js';
import type { Talk } from './hub.js';
import { asOneLine, asTyped, Keys, pasteMode } from './keys.js';
import { historySize, keepLineHistory, readLineHistory } from './line-history.js';
import { Screen } from './screen.js';
import { shown } from './shown.js';
import { stylesFor, wantsColour } from './styles.js';

const signals = { SIGTERM: 143, SIGHUP: 129 } as const;

/** Resolves with the exit code once somebody leaves. */
export async function talkInTerminal(
  talk: Talk,
  { dataDir, input, output }: { dataDir: string; input: ReadStream; output: WriteStream },
): Promise<number> {
  const styles = stylesFor(wantsColour(output));
  const keys = new Keys(input, (text) => {
    conversation.typed();
    lines.write(asOneLine(text));
  });
  const lines = createInterface({
    input: keys,
    output,
    terminal: true,
    history: readLineHistory(dataDir),
    historySize,
    prompt: '',
  });
  const screen = new Screen(lines, output, styles.cyan('you › '));
  let leave: (code: number) => void = () => {};
  const left = new Promise<number>((resolve) => (leave = resolve));
  const conversation = new Conversation(talk, screen, styles, leave);

  lines.on('history', (history) => keepLineHistory(dataDir, history));
  lines.on('line', (line) => {
    screen.entered(line);
    const text = asTyped(line);
    if (text.trim() !== '') screen.say(`${styles.cyan('you ›')} ${shown(text).trimEnd()}`);
    else screen.draw();
    conversation.enter(text);
  });
  keys.on('keypress', (_, key: { ctrl?: boolean; name?: string } | undefined) => {
    if (!(key?.ctrl && key.name === 'c')) conversation.typed();
  });
  lines.on('SIGINT', () => {
    if (conversation.interrupt(lines.line)) lines.write(null, { ctrl: true, name: 'e' });
    else return;
    lines.write(null, { ctrl: true, name: 'u' });
  });
  lines.on('close', () => leave(0));
  const ended = Object.entries(signals).map(([signal, code]) => {
    const listener = () => leave(code);
    process.once(signal, listener);
    return () => process.off(signal, listener);
  });
  output.write(pasteMode.on);
  const plain = () => output.write(pasteMode.off);
  process.once('exit', plain);
  try {
    screen.say(styles.dim(`Talking to ${talk.agent} at ${talk.url}. /help tells the rest.`));
    await conversation.recall();
    return await left;
  } finally {
    conversation.end();
    screen.close();
    lines.close();
    keys.release();
    process.off('exit', plain);
    plain();
    for (const off of ended) off();
  }
}
