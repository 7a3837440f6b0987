import { cells, words } from './cells.js';
import { typed } from './typed.js';

export const embeddings = typed('embeddings.status', {
  about: 'how far the vectors of each embedder are, and what hinders them',
  show: ({ embedders }) =>
    embedders.length === 0
      ? ['There is no embedder, or it has made no vector yet.']
      : embedders.map(({ embedder, state, embedded, backlog, problem }) =>
          cells(
            embedder,
            state,
            `${countsText(embedded)} embedded`,
            `${countsText(backlog)} waiting`,
            words(problem?.message ?? ''),
          ),
        ),
});

function countsText(counts: Partial<Record<string, number>>): string {
  const said = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`);
  return said.length === 0 ? '0' : said.join(', ');
}
