/** An OpenAI server on a real socket that writes its answers when a test says so. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from './until.js';

export class HeldModel {
  /** The last message of each request, as text. */
  readonly asked: string[] = [];
  /** Whoever asked went away before the end. */
  brokenOff = 0;
  readonly #server: Server;
  #open: ServerResponse | null = null;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<HeldModel> {
    const model = new HeldModel();
    await new Promise<void>((resolve) => model.#server.listen(0, '127.0.0.1', resolve));
    return model;
  }

  /** What a hub and its commands are told of it. */
  get settings(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return {
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      OPENAI_API_KEY: 'sk-test-abcdefghijklmnop',
      OPENAI_MODEL: 'held',
      CARRIER_MODELS: 'openai:held',
    };
  }

  /** Waits for the request of that number, from 1 on. */
  async isAsked(times: number): Promise<void> {
    await until(() => this.asked.length >= times && this.#open !== null);
  }

  write(content: string): void {
    this.#send({ content });
  }

  calls(name: string, args: object): void {
    const call = { index: 0, id: 'call_1', type: 'function' };
    this.#send({ tool_calls: [{ ...call, function: { name, arguments: JSON.stringify(args) } }] });
    this.#finish('tool_calls');
  }

  end(last = ''): void {
    if (last !== '') this.write(last);
    this.#finish('stop');
  }

  /** As a provider that refuses whoever asks. */
  refuse(status: number, message: string): void {
    this.#open?.writeHead(status, { 'content-type': 'application/json' });
    this.#open?.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: null } }));
    this.#open = null;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const piece of request) body += piece;
    const { messages } = JSON.parse(body) as { messages: { content: unknown }[] };
    response.once('close', () => {
      if (!response.writableEnded) this.brokenOff++;
      if (this.#open === response) this.#open = null;
    });
    this.#open = response;
    this.asked.push(JSON.stringify(messages.at(-1)?.content));
  }

  #send(delta: object, finish: string | null = null): void {
    const response = this.#open;
    if (!response) throw new Error('Nobody asks just now.');
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'held' };
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ ...chunk, choices })}\n\n`);
  }

  #finish(reason: string): void {
    this.#send({}, reason);
    this.#open?.end('data: [DONE]\n\n');
    this.#open = null;
  }
}
