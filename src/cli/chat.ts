import { userInfo } from 'node:os';
import type { Config } from '../config.js';
import { atMost } from '../core/deadline.js';
import { talkTo } from './chat/hub.js';
import { talkInLines } from './chat/lines.js';
import { askPiped } from './chat/piped.js';
import { talkInTerminal } from './chat/terminal.js';

/** How long a hub of our own may take to end once somebody has left by Ctrl-C, in ms; all that was said is stored. */
const hastyMs = 1000;

export interface ChatOptions {
  agent: string;
  room?: string;
  user?: string;
}

/**
 * A conversation in the terminal, or the one question that comes through a pipe.
 * @throws FatalError where that question could not be answered
 */
export async function chat(config: Config, { agent, room, user }: ChatOptions): Promise<void> {
  // `carrier chat | head`: nobody reads any more, and what was said is stored.
  process.stdout.on('error', () => process.exit(0));
  const talk = await talkTo(config, { agent, room, user: user ?? userInfo().username });
  const { stdin, stdout } = process;
  let code = 0;
  try {
    if (!stdin.isTTY) await askPiped(talk, stdin);
    else if (stdout.isTTY && process.env.TERM !== 'dumb')
      code = await talkInTerminal(talk, { dataDir: config.dataDir, input: stdin, output: stdout });
    else code = await talkInLines(talk, { input: stdin, output: stdout });
  } finally {
    if (code === 0) await talk.close();
    else await atMost(hastyMs, talk.close());
  }
  if (code !== 0) process.exitCode = code;
}
