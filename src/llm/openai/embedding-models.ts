/** What embedding models that people run themselves want; servers do not tell. Settings say it of others, and win. */
export interface EmbeddingModel {
  /** Length of a vector; absent: learned from the first one. */
  dimensions?: number;
  /** Tokens of a text that it reads; what follows is not seen, or refused. */
  tokens?: number;
  /** What stands before a question, and before what it is looked up in. */
  questionPrefix?: string;
  textPrefix?: string;
  /** ISO 639-1, where it reads only these. */
  languages?: string[];
}

const english = { languages: ['en'] };
const toSearch = 'Represent this sentence for searching relevant passages: ';
const e5 = { tokens: 512, questionPrefix: 'query: ', textPrefix: 'passage: ' };
const gemmaQuestion = 'task: search result | query: ';

/** By how the name begins, without whose it is. A row that changes gives other vectors under the same name: add, never change. */
const known: [begins: string, model: EmbeddingModel][] = [
  ['text-embedding-3-small', { dimensions: 1536, tokens: 8191 }],
  ['text-embedding-3-large', { dimensions: 3072, tokens: 8191 }],
  ['text-embedding-ada-002', { dimensions: 1536, tokens: 8191 }],
  ['nomic-embed-text-v2', { tokens: 512, questionPrefix: 'search_query: ', textPrefix: 'search_document: ' }],
  [
    'nomic-embed-text',
    { ...english, tokens: 2048, questionPrefix: 'search_query: ', textPrefix: 'search_document: ' },
  ],
  ['all-minilm', { ...english, tokens: 256 }],
  ['mxbai-embed-large', { ...english, tokens: 512, questionPrefix: toSearch }],
  ['snowflake-arctic-embed2', { tokens: 8192, questionPrefix: 'query: ' }],
  ['snowflake-arctic-embed', { ...english, tokens: 512, questionPrefix: toSearch }],
  ['multilingual-e5', e5],
  ['e5-', { ...e5, ...english }],
  ['bge-m3', { tokens: 8192 }],
  ['bge-', { tokens: 512 }],
  ['embeddinggemma', { tokens: 2048, questionPrefix: gemmaQuestion, textPrefix: 'title: none | text: ' }],
  ['paraphrase-multilingual', { tokens: 128 }],
];

/** @param name as people write it: `nomic-embed-text:v1.5`, `intfloat/multilingual-e5-small` */
export function embeddingModelOf(name: string): EmbeddingModel {
  const plain = name.slice(name.lastIndexOf('/') + 1).toLowerCase();
  return known.find(([begins]) => plain.startsWith(begins))?.[1] ?? {};
}
