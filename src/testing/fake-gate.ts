/** The rules of the hub's own gate, for a hub in memory: a gate that is kinder than the real one hides faults. */
import { ConnectorsSettings, settingsFor } from '../core/connector-settings.js';
import { InboundMessage } from '../core/memory.js';
import { type Agent, FatalError, problemsOf, problemText } from '../extension-api.js';
import { direct } from '../intake/direct.js';
import { type Checked, judge, noBots, type Rule, type Ruling } from '../intake/gate.js';
import { groups } from '../intake/groups.js';
import { lists } from '../intake/lists.js';
import type { Pairings } from '../intake/pairings.js';

const anyLength = { maxTextChars: Number.POSITIVE_INFINITY };

export class FakeGate {
  /** What the character says about the connector; it may be changed while the hub runs. */
  settings: Record<string, unknown>;
  /** Ids of people who were let in by a code. */
  readonly paired = new Set<string>();
  /** What strangers were told, in order. */
  readonly told: string[] = [];
  readonly #asked = new Set<string>();
  readonly #rules: Rule[];

  constructor(settings: Record<string, unknown>) {
    this.settings = settings;
    const pairings: Pick<Pairings, 'isPaired' | 'ask'> = {
      isPaired: async ({ id }) => this.paired.has(id),
      ask: async ({ id }) => {
        if (this.#asked.has(id)) return null;
        this.#asked.add(id);
        return 'ABCDEFGH';
      },
    };
    this.#rules = [noBots, lists, direct(pairings as Pairings), groups(anyLength)];
  }

  /** @throws FatalError `invalid_field` */
  async judge(inbound: InboundMessage): Promise<Ruling['kind']> {
    const message = checked(inbound);
    const { connector } = message.source;
    const character = { name: 'Eliza', connectors: ConnectorsSettings.parse({ [connector]: this.settings }) };
    const agent = { id: message.agentId, character } as Agent;
    const ruling = await judge(this.#rules, { message, agent, settings: settingsFor(character, connector) });
    if (ruling.kind === 'notice') this.told.push(ruling.notice.text);
    return ruling.kind;
  }

  /** Whether they may speak there, and so change what was said. */
  async admits(inbound: InboundMessage): Promise<boolean> {
    return (await this.judge({ ...inbound, addressed: true })) === 'pass';
  }
}

function checked(inbound: InboundMessage): Checked {
  const parsed = InboundMessage.safeParse(inbound);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, InboundMessage);
  throw new FatalError('invalid_field', problemText(problems), { field: problems[0]?.field });
}
