/** A room in which people talk for long, on the real hub with a model that summarises as a test says. */
import type { Carrier, Overrides } from '../../../src/carrier.js';
import type { LanguageModel, ModelRequest } from '../../../src/llm/llm.js';
import { promptText, promptTokens } from '../../../src/llm/prompt-text.js';
import { Platform } from '../../hub/platform.js';
import { Home } from '../../support/hub.js';
import { lastSaid, scriptedModel } from '../../support/model.js';
import { until } from '../../support/until.js';

/** Whether it is the hub that asks for a summary. */
export const isOfSummary = (request: ModelRequest): boolean =>
  request.system.some((part) => part.kind === 'instructions' && part.text.startsWith('You keep the summary'));

export type Writes = (request: ModelRequest) => string | { calls: { name: string; arguments: string }[] };

export interface StageOptions {
  character?: object;
  /** What the model answers where it is asked for a summary; absent: it is none that understands. */
  summarises?: Writes;
  answers?: Writes;
  engines?: Record<string, string>;
  overrides?: Overrides;
}

export class Stage {
  readonly home = new Home();
  platform = new Platform();
  carrier!: Carrier;
  model!: LanguageModel & { requests: ModelRequest[] };
  readonly options: StageOptions;
  #shown = 0;

  constructor(options: StageOptions) {
    this.options = options;
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: [] },
      connectors: { telegram: { dm: 'open', operators: ['root'], rate: { perUser: 0, perRoom: 0 } } },
      ...options.character,
    });
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(options);
    await stage.start();
    return stage;
  }

  async start(): Promise<void> {
    const {
      summarises,
      answers = (request) => `heard: ${lastSaid(request).slice(0, 40)}`,
      engines,
      overrides,
    } = this.options;
    this.platform = new Platform();
    this.#shown = 0;
    const scripted = scriptedModel((request) =>
      isOfSummary(request) ? summarises!(request) : answers(request),
    );
    const abilities = { ...scripted.abilities, understands: summarises !== undefined };
    this.model = { ...scripted, abilities, requests: scripted.requests };
    this.carrier = await this.home.carrier(
      { connectors: [this.platform], model: () => this.model, ...overrides },
      engines,
    );
  }

  async restart(): Promise<void> {
    await this.carrier.stop();
    await this.start();
  }

  /** One message, and its answer. */
  async say(text: string, id?: string): Promise<string> {
    await this.platform.dm('ann', text, id ? { id } : {});
    this.#shown++;
    return this.platform.last(this.#shown);
  }

  /** Notices come besides answers. */
  async told(text: string): Promise<void> {
    await until(() => this.platform.texts.some((one) => one.includes(text)));
    this.#shown = this.platform.texts.length;
  }

  async filler(count: number, from = 0): Promise<void> {
    for (let at = from; at < from + count; at++)
      await this.say(`The ${at}th thought about nothing at all, really`);
  }

  /** What a model was told in the newest turn. */
  get asked(): ModelRequest {
    return this.model.requests.findLast((request) => !isOfSummary(request))!;
  }

  get prompt(): string {
    const { system, messages } = promptText(this.asked);
    return [system, ...messages.map(({ text }) => text)].join('\n');
  }

  get tokens(): number {
    return promptTokens(this.asked);
  }

  get summaryShown(): string {
    const part = this.asked.system.find(({ kind }) => kind === 'summary');
    return part?.kind === 'summary' ? part.text : '';
  }

  async roomId(): Promise<string> {
    const { items } = await this.carrier.store.memories.rooms({ limit: 1 });
    return items[0]!.roomId;
  }

  async summary() {
    const input = { roomId: await this.roomId() };
    return this.carrier.operations!.call('rooms.summary', input, { kind: 'system' });
  }

  /** Once it covers so many messages. */
  async summarised(messages: number) {
    await until(async () => ((await this.summary()).summary?.messages ?? 0) >= messages);
    return (await this.summary()).summary!;
  }

  dispose(): Promise<void> {
    return this.home.dispose();
  }
}
