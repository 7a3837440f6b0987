/** An OpenAI-compatible server whose answers name the messages they answer, word by word as a model would. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerTo, namesIn } from './answer.js';

/** Between two pieces of an answer, in ms. */
const pieceMs = 25;

interface ChatMessage {
  role: string;
  content: unknown;
}

export interface ModelServer {
  url: string;
  /** Answers that are being written now. */
  readonly writing: number;
  stop(): Promise<void>;
}

export async function startModelServer(): Promise<ModelServer> {
  let writing = 0;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const { messages, model } = JSON.parse(body) as { messages: ChatMessage[]; model: string };
    const chunk = (more: object) =>
      `data: ${JSON.stringify({ id: 'soak', object: 'chat.completion.chunk', created: 0, model, ...more })}\n\n`;
    const choice = (delta: object, finish_reason: string | null = null) =>
      chunk({ choices: [{ index: 0, delta, finish_reason }] });

    writing += 1;
    response.once('close', () => {
      writing -= 1;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const content of answerTo(namesSince(messages))) {
      if (response.destroyed) return;
      response.write(choice({ content }));
      await new Promise((resolve) => setTimeout(resolve, pieceMs));
    }
    response.write(choice({}, 'stop'));
    response.write(
      chunk({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }),
    );
    response.end('data: [DONE]\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    get writing() {
      return writing;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The messages that came since the last answer: a burst is one turn. */
function namesSince(messages: ChatMessage[]): string[] {
  const last = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages
    .slice(last + 1)
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => namesIn(typeof content === 'string' ? content : JSON.stringify(content)));
}
