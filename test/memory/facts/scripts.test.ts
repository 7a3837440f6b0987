/** Facts that change, as people say it: the lines were written by somebody who had not seen the rules. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/core/memory.js';
import { createLogger } from '../../../src/logger.js';
import { FactKeeper } from '../../../src/memory/facts/keeper.js';
import { holds } from '../../../src/memory/facts/known.js';
import { extractFacts } from '../../../src/memory/facts/rules/extract.js';
import { openLibsqlStore } from '../../../src/store/libsql/store.js';
import type { Store } from '../../../src/store/store.js';

interface Script {
  id: string;
  lines: string[];
  paraphrases: string[][];
  holds: string[];
  past: string[];
}

const scripts = read<Script[]>('scripts.json');
const unrelated = read<string[]>('unrelated.json');
/** As measured. They may only rise, and that of false endings only fall. */
const least = { lines: 24, paraphrases: 30 };
const mostFalseEndings = 3;
const dayMs = 86_400_000;
const source = { connector: 'http', tenant: 'default', channel: 'c', messageId: 'm' };

let folder: string;
let store: Store;
let keeper: FactKeeper;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-scripts-'));
  store = await openLibsqlStore({ dataDir: folder, log: createLogger('silent') });
  keeper = new FactKeeper({ memories: store.memories, forgotten: { has: async () => false } });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function say(scope: string, text: string, at: number): Promise<void> {
  const room = { agentId: 'ada', roomId: scope, scope, source };
  for (const found of extractFacts({ text, at })) {
    const from = [`${scope} ${at} ${text}`];
    const author = { id: 'ann', kind: 'user' as const };
    await keeper.keep({
      ...{ room, owner: author, text: found.text, how: 'found', from, at, turnId: null, found },
    });
  }
}

const factsOf = (scope: string) => store.memories.everyFact('ada', [scope], 100);

/** A day apart, the last one a moment ago. */
async function sayAll(scope: string, lines: readonly string[]): Promise<Memory[]> {
  const start = Date.now() - lines.length * dayMs;
  for (const [day, line] of lines.entries()) await say(scope, line, start + day * dayMs);
  return factsOf(scope);
}

/** What is wrong; empty: nothing is. */
function wrongs(facts: readonly Memory[], script: Script): string[] {
  const now = Date.now();
  const says = ({ content }: Memory, words: string) =>
    content.text.toLowerCase().includes(words.toLowerCase());
  // `I sold the Skoda` holds, and says that the Skoda does not.
  const stands = ({ fact }: Memory, words: string) => {
    if (!fact?.says || fact.says.polarity < 0 || fact.says.temporal !== 'now') return false;
    const { subject, attribute, value } = fact.says;
    return `${subject} ${attribute} ${value}`.toLowerCase().includes(words.toLowerCase());
  };
  const holding = facts.filter((fact) => holds(fact, now));
  const over = facts.filter((fact) => !holds(fact, now));
  return [
    ...script.holds
      .filter((words) => !holding.some((fact) => says(fact, words)))
      .map((words) => `"${words}" is not held`),
    ...script.past
      .filter((words) => holding.some((fact) => stands(fact, words)))
      .map((words) => `"${words}" still holds`),
    ...script.past
      .filter((words) => !over.some((fact) => says(fact, words)))
      .map((words) => `"${words}" is not kept as past`),
  ];
}

describe('facts that change', () => {
  it('what holds is held and what is past is past, in 25 scripts and two paraphrases of each', async () => {
    const right = { lines: 0, paraphrases: 0 };
    const faults: string[] = [];
    for (const script of scripts)
      for (const [n, lines] of [script.lines, ...script.paraphrases].entries()) {
        const wrong = wrongs(await sayAll(`${script.id} ${n}`, lines), script);
        if (wrong.length === 0) right[n === 0 ? 'lines' : 'paraphrases']++;
        else faults.push(`${script.id} ${n}: ${wrong.join(', ')}; said: ${lines.join(' / ')}`);
      }
    process.stdout.write(
      `scripts ${right.lines} of ${scripts.length}, paraphrases ${right.paraphrases} of ${2 * scripts.length}\n${faults.join('\n')}\n`,
    );
    expect(scripts).toHaveLength(25);
    expect(right.lines).toBeGreaterThanOrEqual(least.lines);
    expect(right.paraphrases).toBeGreaterThanOrEqual(least.paraphrases);
  });

  it('talk about other things ends no facts', async () => {
    const endings: string[] = [];
    let watched = 0;
    const telling = unrelated.filter((text) => extractFacts({ text, at: Date.now() }).length > 0);
    for (const script of scripts) {
      const scope = `${script.id} unrelated`;
      const start = Date.now() - 10 * dayMs;
      await say(scope, script.lines[0]!, start);
      const known = new Set(
        (await factsOf(scope)).filter((fact) => holds(fact, Date.now())).map(({ id }) => id),
      );
      watched += known.size;
      for (const [n, line] of telling.entries()) {
        await say(scope, line, start + dayMs + n);
        for (const fact of await factsOf(scope))
          if (known.has(fact.id) && !holds(fact, Date.now())) {
            known.delete(fact.id);
            endings.push(`"${fact.content.text}" by "${line}"`);
          }
      }
    }
    process.stdout.write(
      `${endings.length} false endings of ${watched} facts; ${telling.length} of ${unrelated.length} lines give facts\n${endings.join('\n')}\n`,
    );
    expect(unrelated).toHaveLength(300);
    expect(watched).toBeGreaterThanOrEqual(20);
    expect(endings.length).toBeLessThanOrEqual(mostFalseEndings);
  });
});

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;
}
