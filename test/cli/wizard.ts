/** A person at `carrier init` who knows nothing but what the screen says. */

import type { Terminal } from '../support/terminal.js';
import { until } from '../support/until.js';

/** What they say to a question, in turn; the last again and again. */
export type Answers = [question: RegExp, ...answers: string[]][];

/** Answers whatever is asked until the program ends or a question has no answer. @param seen is filled with what was asked. @returns its exit code. */
export async function answerAll(terminal: Terminal, answers: Answers, seen: string[] = []): Promise<number> {
  const left = answers.map(([question, ...rest]) => ({ question, rest }));
  for (;;) {
    await until(() => active(terminal.all()) !== null || /^ended: \d+/m.test(terminal.all()));
    const asked = active(terminal.all());
    if (asked === null) return terminal.ended();
    seen.push(asked);
    const known = left.find(({ question }) => question.test(asked));
    if (!known) throw new Error(`Nobody knows an answer to:\n${terminal.all()}`);
    const answer = known.rest.length > 1 ? known.rest.shift()! : known.rest[0]!;
    await give(terminal, asked, answer);
  }
}

/** The question that is open, with its options; null: none is. */
function active(screen: string): string | null {
  const lines = screen.split('\n');
  const at = lines.findLastIndex((line) => /^[◆▲]/u.test(line));
  const closed = lines.findLastIndex((line) => /^[◇■]\s/u.test(line));
  // What is only told has the same mark as a question, and no frame below it.
  return at > closed && /^└/u.test(lines.at(-1) ?? '') ? lines.slice(at).join('\n') : null;
}

const titleOf = (asked: string | null) => asked?.split('\n')[0];

async function give(terminal: Terminal, asked: string, answer: string): Promise<void> {
  if (/◻|◼/u.test(asked)) {
    await moveTo(terminal, answer, /^│\s+[◻◼] /u);
    terminal.keys('Space');
  } else if (/●/u.test(asked)) await moveTo(terminal, answer, /●/u);
  else {
    terminal.keys('C-u');
    if (answer !== '') {
      terminal.type(answer);
      await until(() => active(terminal.all()) !== asked || asked.includes(answer));
    }
  }
  const open = titleOf(active(terminal.all()));
  terminal.keys('Enter');
  await until(() => titleOf(active(terminal.all())) !== open);
}

/** Options have a mark where the person is; of lists with boxes, the program colours the line, so they count. */
async function moveTo(terminal: Terminal, answer: string, mark: RegExp): Promise<void> {
  const options = (asked: string) => asked.split('\n').filter((line) => /^│\s+[●○◻◼]/u.test(line));
  const lines = options(active(terminal.all())!);
  const wanted = lines.findIndex((line) => line.includes(answer));
  if (wanted < 0) throw new Error(`"${answer}" is none of:\n${lines.join('\n')}`);
  const now = Math.max(0, mark.source.includes('●') ? lines.findIndex((line) => mark.test(line)) : 0);
  for (let at = now; at !== wanted; at += Math.sign(wanted - at)) terminal.keys(wanted > at ? 'Down' : 'Up');
  if (mark.source.includes('●'))
    await until(() => {
      const shown = options(active(terminal.all()) ?? '');
      return Boolean(shown.find((line) => /●/u.test(line))?.includes(answer));
    });
}
