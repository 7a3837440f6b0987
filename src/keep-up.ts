import { once } from 'node:events';
import { dropOldSpendings, spendingRecord } from './budgets/spending.js';
import type { Config } from './config.js';
import type { Agent } from './core/character.js';
import type { Engines } from './engines.js';
import { RetentionReport } from './governance/retention-report.js';
import type { Logger } from './logger.js';
import type { Conversations } from './memory/conversation/conversations.js';
import type { Embedding } from './memory/embedding.js';
import type { FactExtraction } from './memory/facts/extraction.js';
import type { CharacterSources } from './memory/knowledge/character-sources.js';
import type { Knowledge } from './memory/knowledge/knowledge.js';
import { Retention } from './memory/retention.js';
import { sweepFiles } from './store/file-store.js';

/** Between two looks for what lacks a vector, for what is to be summarised, for what has lived long enough, and for files nobody names, in ms. */
const embeddingsMs = 5_000;
const summariesMs = 5_000;
const retentionMs = 3_600_000;
const filesMs = 600_000;
/** Between two looks for documents that wait to be read, in ms. */
const documentsMs = 2_000;
/** Between two looks for rooms that are to be read for facts, in ms. */
const factsMs = 30_000;

interface Parts {
  config: Config;
  engines: Pick<Engines, 'store' | 'maintenance'>;
  characters: { list(): Agent[] };
  embedding: Embedding;
  knowledge: Knowledge;
  conversations: Conversations;
  extraction: Pick<FactExtraction, 'look' | 'start'>;
  characterSources: CharacterSources;
  /** Unix ms. */
  now(): number;
  log: Logger;
}

/** What is done now and then, by one worker of the cluster at a time. */
export function keepUp(parts: Parts): void {
  const { config, engines, characters, embedding, extraction, knowledge, characterSources } = parts;
  const { conversations, now, log } = parts;
  const { store, maintenance } = engines;
  const report = new RetentionReport(store.records, log);
  const retention = new Retention({
    memories: store.memories,
    agents: () => characters.list(),
    hubDays: config.retentionDays,
    tell: (...what) => report.add(...what),
    log,
  });
  maintenance.every('embeddings', embeddingsMs, (signal) => unlessEnded(signal, embedding.fill(signal)));
  maintenance.every('summaries', summariesMs, (signal) => unlessEnded(signal, conversations.pump(signal)));
  maintenance.every('documents', documentsMs, (signal) =>
    unlessEnded(
      signal,
      characterSources.look(signal).then(() => knowledge.readings.look(signal)),
    ),
  );
  extraction.start();
  maintenance.every('facts', factsMs, (signal) => unlessEnded(signal, extraction.look()));
  maintenance.every('files', filesMs, (signal) => sweepFiles(store.files, signal));
  maintenance.every('retention', retentionMs, async (signal) => {
    await retention.apply(signal);
    await report.drop(now());
    await embedding.dropAbandoned(signal);
    await dropOldSpendings(spendingRecord.in(store.records, log), now(), signal);
  });
}

/**
 * Waits for work that has an end of its own when the hub stops: until then it may be in a model's hands, or be done for
 * others, too, and whoever stops the hub would wait for it before turns are told to end.
 */
async function unlessEnded(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  const won = new AbortController();
  const end = signal.aborted ? undefined : once(signal, 'abort', { signal: won.signal });
  // Raced in any case: nobody else hears of what fails later.
  await Promise.race([end, work]).finally(() => won.abort());
}
