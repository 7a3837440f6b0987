/** What `recall.ts` finds, in the clear and under a key, in both stores. */
import { type Figures, type Recalled, sentence } from './figures.js';
import { quick } from './load.js';
import { measure } from './processes.js';
import { databaseServer } from './servers.js';

export const memoryCount = quick ? 100 : 2000;
export const questionCount = quick ? 20 : 200;

/** The number of the memory that a question asks for. */
export const wantedBy = (question: number) => (question * 17) % memoryCount;

export async function recallFigures({ encrypted }: { encrypted?: boolean }): Promise<Partial<Figures>> {
  const keys = encrypted ? process.env.BENCH_KEYS : undefined;
  const embedded = recalled(keys, {});
  const server = await databaseServer('the tests');
  try {
    const shared = recalled(keys, { MONGODB_URL: server.url });
    return { recall: { embedded, shared } };
  } finally {
    await server.stop();
  }
}

function recalled(keys: string | undefined, env: Record<string, string>): Recalled {
  const hitsUnder = (CARRIER_ENCRYPTION_KEYS: string) => {
    const CARRIER_MONGODB_DATABASE = CARRIER_ENCRYPTION_KEYS ? 'recall-encrypted' : 'recall';
    return measure<string[][]>('recall.ts', [], {
      env: { ...env, CARRIER_ENCRYPTION_KEYS, CARRIER_MONGODB_DATABASE },
    });
  };
  const clear = hitsUnder('');
  const encrypted = keys ? hitsUnder(keys) : null;
  return {
    questions: questionCount,
    found: foundIn(clear),
    foundEncrypted: encrypted && foundIn(encrypted),
    same:
      encrypted && clear.filter((hits, i) => JSON.stringify(hits) === JSON.stringify(encrypted[i])).length,
  };
}

/** Questions with the memory that they ask for among their hits. */
function foundIn(hits: string[][]): number {
  return hits.filter((texts, i) => texts.includes(sentence(wantedBy(i)))).length;
}
