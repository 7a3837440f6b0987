/** A hub with two platforms: people ask on one, operators have their room on the other. */
import { z } from 'zod';
import type { Carrier, Overrides } from '../../src/carrier.js';
import { turnIdOf } from '../../src/core/turn.js';
import { defineAction } from '../../src/extension-api.js';
import type { InputOf, OperationName } from '../../src/operations/operations.js';
import type { AskTerms } from '../../src/tools/policy/terms.js';
import { Platform } from '../hub/platform.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

const system = { kind: 'system' } as const;

export class Stage {
  readonly home = new Home();
  /** Where people ask. */
  readonly asked = new Platform('telegram');
  /** Where the operators have their room, `group`. */
  readonly operators = new Platform('slack');
  readonly wired: [amount: number, user: string][] = [];
  /** What the tool is described as, and what else its calls are bound to. */
  description = 'Wires money.';
  bound: (() => string) | undefined;
  /** What the other tool waits for. */
  looks = async (): Promise<void> => {};
  laterMs = 0;
  carrier!: Carrier;
  model = scriptedModel((request) => {
    const { role, text } = request.messages.at(-1)!;
    if (role === 'tool') {
      const results = request.messages.filter((one) => one.role === 'tool').map((one) => one.text);
      return `Told: ${results.length > 1 ? results.join(' | ') : text}`;
    }
    const calls = [...lastSaid(request).matchAll(/(wire|look) (\d+)/g)];
    if (calls.length === 0) return 'I hear.';
    return { calls: calls.map(([, name = '', amount]) => ({ name, arguments: `{"amount":${amount}}` })) };
  });

  readonly env: Record<string, string>;

  constructor(env: Record<string, string>) {
    this.env = env;
  }

  character(terms: Partial<AskTerms> = {}, rules: object[] = [], more: object = {}): void {
    this.home.character('assistant', {
      ...{ name: 'Ada', bio: '.', plugins: ['bank'] },
      operatorsRoom: { connector: 'slack', channel: 'group' },
      policy: {
        rules: [
          { name: 'money', effect: 'ask', tool: 'plugin:bank:wire', ask: { where: 'both', ...terms } },
          ...rules,
        ],
      },
      connectors: {
        telegram: { dm: 'open', groups: 'always' },
        slack: { dm: 'open', groups: 'always', operators: ['olga', 'otto'] },
      },
      ...more,
    });
  }

  async start(more: Partial<Overrides> = {}): Promise<Carrier> {
    const parameters = z.object({ amount: z.number() });
    const bound = this.bound;
    const wire = defineAction({
      ...{ name: 'wire', description: this.description, parameters },
      ...(bound && { boundTo: () => bound() }),
      run: async ({ amount }, { user }) => {
        this.wired.push([amount, user.id]);
        return `wired ${amount}`;
      },
    });
    const look = defineAction({
      ...{ name: 'look', description: 'Looks.', parameters },
      run: async ({ amount }) => {
        await this.looks();
        return `saw ${amount}`;
      },
    });
    this.carrier = await this.home.carrier(
      {
        ...{ connectors: [this.asked, this.operators], model: () => this.model },
        ...{ now: () => Date.now() + this.laterMs, plugins: [{ name: 'bank', actions: [wire, look] }] },
        ...more,
      },
      { CARRIER_SWEEP_MS: '200', ...this.env },
    );
    return this.carrier;
  }

  /** Alice asks for something that waits; gives its approvals, oldest call first. */
  async ask(text = 'wire 50', author = 'alice'): Promise<string[]> {
    const { memory } = (await this.asked.say(author, text))!;
    const turnId = turnIdOf(memory);
    await until(async () => (await this.carrier.store.turns.get(turnId))?.status === 'waiting');
    const turn = (await this.carrier.store.turns.get(turnId))!;
    const ids = turn.steps.flatMap(({ actions }) => actions.flatMap(({ approval }) => approval ?? []));
    await until(async () => (await Promise.all(ids.map((id) => this.sent(id)))).every(Boolean));
    return ids;
  }

  /** Whether all of its cards are where they belong. */
  async sent(id: string): Promise<boolean> {
    const found = await this.carrier.store.records.get('approval', id);
    const { cards } = found!.value as { cards: { turnId?: string }[] };
    return cards.every(({ turnId }) =>
      [this.asked, this.operators].some((platform) => platform.cards.has(turnId!)),
    );
  }

  card(platform: Platform) {
    return [...platform.cards.values()].at(-1)!.memory.content;
  }

  /** Presses a button of the newest card; what its presser is told. */
  async press(
    platform: Platform,
    author: string,
    label: 'Approve' | 'Deny',
    buttons = this.card(platform).buttons,
  ): Promise<string> {
    const button = buttons!.find((one) => one.label === label)!;
    // A lasting button's answer comes as the reason why it stays.
    return platform.press(author, button.payload, 'group').catch((error: Error) => error.message);
  }

  call<Name extends OperationName>(name: Name, input: InputOf<Name>) {
    return this.carrier.operations!.call(name, input, system);
  }

  async state(id: string): Promise<string> {
    return (await this.call('approvals.show', { id })).state;
  }

  /** The row of the audit log, newest first. */
  async rows(operation: string) {
    return (await this.call('audit.list', { operation, limit: 100 })).rows;
  }
}
