/** To whom a message is said. */
import type { SlackMessage } from './payload.js';
import { readMessage } from './reader.js';

/** Stands around an id in a text that is read for its names alone; private use. */
const mark = '\uE000';

export interface Addressing {
  /** The agent is named. */
  agent: boolean;
  /** It is not, and somebody else is spoken to. */
  another: boolean;
}

/** Greetings, thanks and short answers: who is named after one is spoken to, and not spoken about. */
const opening =
  /^(?:(?:many )?thanks|thank you|thx|ty|cheers|hi|hey|hello|good (?:morning|evening)|ok|okay|yes|yep|no|sure|great|nice|welcome|congrats|sorry|bye|danke|hallo|merci|bonjour|gracias|hola)(?: so much| again| a lot)?$/i;

/** By what its author typed: names in what the message carries besides are nobody's address. */
export function addressing(message: SlackMessage, botUserId: string): Addressing {
  const own = { ...message, attachments: [] };
  const { text } = readMessage(own, (id) => (/^[UW]/.test(id) ? `${mark}${id}${mark}` : undefined));
  const people = [...text.matchAll(/@\uE000(\w+)\uE000/g)].map(([name, id = '']) => ({ name, id }));
  const agent = people.some(({ id }) => id === botUserId);
  return { agent, another: !agent && people.some(({ name }) => isSpokenTo(text, name)) };
}

/** `@Ben, …`, `thanks @Ben, …` and `…, @Ben`, but not `what did @Ben say?` */
function isSpokenTo(text: string, name: string): boolean {
  const at = text.indexOf(name);
  const before = text.slice(0, at).trim();
  const after = text.slice(at + name.length);
  if (before === '' || opening.test(before.replace(/[,!.]$/, ''))) return true;
  if (/[,;–—-]$/.test(before) && /^\s*[.!?]*\s*$/.test(after)) return true;
  return before.split(/\s+/).length <= 3 && /^\s*[,!:]/.test(after);
}
