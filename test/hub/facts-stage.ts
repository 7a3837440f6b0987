/** A hub whose agent learns what people say of themselves, and what is known of them. */
import type { Carrier } from '../../src/carrier.js';
import type { ModelRequest } from '../../src/llm/llm.js';
import { promptPieces } from '../../src/llm/prompt-text.js';
import type { InputOf } from '../../src/operations/operations.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

type Answer = Parameters<typeof scriptedModel>[0];

export class FactsStage {
  readonly home = new Home();
  readonly platform: Platform;
  readonly others: Platform[];
  carrier!: Carrier;
  /** What the agent says; null: what it was told. */
  answer: Answer | null = null;
  readonly model = scriptedModel(
    (request, signal) => (this.answer ? this.answer(request, signal) : `echo ${lastSaid(request)}`),
    true,
  );

  constructor(...others: Platform[]) {
    this.platform = new Platform();
    this.others = others;
  }

  async open(settings: Record<string, string>, memory: object = {}, plugins: string[] = []): Promise<void> {
    const open = { dm: 'open', groups: 'always' };
    for (const id of ['assistant', 'other'])
      this.home.character(id, {
        ...{ name: 'Ada', bio: '.', plugins },
        memory: { recentMessages: 2, recall: 0, facts: { extract: 'rules' }, ...memory },
        // Its model is asked for nothing besides.
        conversation: { summary: false },
        connectors: { telegram: open, slack: open },
      });
    await this.start(settings);
  }

  async start(settings: Record<string, string>): Promise<void> {
    const connectors = [this.platform, ...this.others];
    this.carrier = await this.home.carrier({ connectors, model: () => this.model }, settings);
  }

  /** Gives what the model was asked for the answer. */
  async dm(userId: string, text: string, on = this.platform): Promise<ModelRequest> {
    return this.#answered(on, () => on.dm(userId, text));
  }

  async say(userId: string, text: string, more: object = {}): Promise<ModelRequest> {
    return this.#answered(this.platform, () => this.platform.say(userId, text, more));
  }

  async #answered(on: Platform, say: () => Promise<unknown>): Promise<ModelRequest> {
    const turns = () =>
      this.model.requests.filter(({ tools }) => !tools.some(({ name }) => name === 'note_facts'));
    const [shown, asked] = [on.shown.length, turns().length];
    await say();
    // Something else may be shown meanwhile: that accounts were linked.
    await until(() => on.shown.length > shown && turns().length > asked);
    return turns().at(-1)!;
  }

  async known(more: Partial<InputOf<'facts.list'>> = {}) {
    const wanted = { agentId: 'assistant', connector: 'telegram', userId: 'ann', ...more };
    return (await this.carrier.operations!.call('facts.list', wanted, { kind: 'system' })).facts;
  }

  async texts(state: 'now' | 'past' | 'all' = 'now', userId = 'ann'): Promise<string[]> {
    return (await this.known({ state, userId })).map(({ text }) => text);
  }

  /** Waits until so many facts of ann's are in that state. */
  async count(wanted: number, state: 'now' | 'past' | 'all' = 'now'): Promise<void> {
    await until(async () => (await this.known({ state })).length === wanted);
  }
}

export function factsIn({ system }: ModelRequest): string[] {
  return system.flatMap((part) => (part.kind === 'facts' ? part.memories.map(({ text }) => text) : []));
}

/** All that a model reads of it. */
export function promptOf(request: ModelRequest): string {
  return promptPieces(request).join('\n');
}
