/** The rules of the hub's own gate, for a hub in memory: a gate that is kinder than the real one hides faults. */
import { ConnectorsSettings, settingsFor } from '../core/connector-settings.js';
import { InboundMessage } from '../core/inbound.js';
import type { RoomSource } from '../core/memory.js';
import type { Place } from '../core/pairing.js';
import { type Agent, FatalError, problemsOf, problemText } from '../extension-api.js';
import { direct } from '../intake/direct.js';
import {
  type Checked,
  isListed,
  judge,
  noBots,
  othersCommands,
  type Rule,
  type Ruling,
} from '../intake/gate.js';
import type { Roles } from '../intake/grants.js';
import { groups } from '../intake/groups.js';
import { lists } from '../intake/lists.js';
import type { PairedPlaces } from '../intake/paired-places.js';
import { places } from '../intake/places.js';
import { writtenIn } from '../intake/written.js';

const anyLength = { maxTextChars: Number.POSITIVE_INFINITY };

export class FakeGate {
  /** What the character says about the connector; it may be changed while the hub runs. */
  settings: Record<string, unknown>;
  /** Ids of people who were let in by a code. */
  readonly paired = new Set<string>();
  /** What strangers and places were told, in order. */
  readonly told: string[] = [];
  readonly #asked = new Set<string>();
  readonly #places = new Set<string>();
  /** In which the agent was addressed. */
  readonly #threads = new Set<string>();
  readonly #rules: Rule[];

  constructor(settings: Record<string, unknown>) {
    this.settings = settings;
    const roles: Pick<Roles, 'isAtLeast'> = {
      isAtLeast: (arrival, least) =>
        isListed(arrival) || (least === 'member' && this.paired.has(arrival.message.author.id)),
    };
    const paired: Pick<PairedPlaces, 'isIn' | 'note' | 'ask'> = {
      isIn: async (place) => (this.#places.has(nameOf(place)) ? true : null),
      note: async (place) => void this.#places.add(nameOf(place)),
      ask: async (place) => this.#ask(`place:${nameOf(place)}`),
    };
    const known = { places: paired, roles, served: { wait: async () => {} } };
    const threads = { isOurs: async ({ source }: Checked) => this.#threads.has(threadOf(source)) };
    const talk = places(groups(anyLength, threads), known as Parameters<typeof places>[1]);
    this.#rules = [
      noBots,
      othersCommands,
      lists(roles),
      direct({ ask: async ({ id }) => this.#ask(`person:${id}`) }, roles),
      talk,
    ];
  }

  /** The group, server or workspace is let in, as by its code. */
  letIn(source: Pick<RoomSource, 'tenant' | 'channel'>): void {
    this.#places.add(nameOf(source));
  }

  /**
   * @param how `afterwards`: it changes what was said before, so nobody is told anything. `waits`: its sender does.
   * @throws FatalError `invalid_field`; what the gate says, where the sender waits.
   */
  async judge(
    inbound: InboundMessage,
    { afterwards, waits }: { afterwards?: boolean; waits?: boolean | undefined } = {},
  ): Promise<Ruling['kind']> {
    const given = checked(inbound);
    const message = { ...given, addressed: given.addressed || writtenIn(given)?.to === 'us' };
    const { connector } = message.source;
    const character = { name: 'Eliza', connectors: ConnectorsSettings.parse({ [connector]: this.settings }) };
    const agent = { id: message.agentId, character } as Agent;
    const ruling = await judge(this.#rules, {
      ...{ message, agent, settings: settingsFor(character, connector), afterwards },
    });
    if (waits && 'error' in ruling && ruling.error) throw ruling.error;
    if (ruling.kind === 'notice') this.told.push(ruling.notice.text);
    const { threaded, addressed, source } = message;
    if (ruling.kind === 'pass' && threaded && addressed) this.#threads.add(threadOf(source));
    return ruling.kind;
  }

  /** Whether they may speak there, and so change what was said, or react to it. */
  async admits(inbound: InboundMessage): Promise<boolean> {
    return (await this.judge({ ...inbound, addressed: true }, { afterwards: true })) === 'pass';
  }

  /** Each is told the code once. */
  #ask(who: string): string | null {
    if (this.#asked.has(who)) return null;
    this.#asked.add(who);
    return 'ABCDEFGH';
  }
}

function nameOf({ tenant, channel = '' }: Pick<Place, 'tenant' | 'channel'>): string {
  return tenant === 'default' ? channel : tenant;
}

function checked(inbound: InboundMessage): Checked {
  const parsed = InboundMessage.safeParse(inbound);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, InboundMessage);
  throw new FatalError('invalid_field', problemText(problems), { field: problems[0]?.field });
}

function threadOf({ tenant, channel, thread }: RoomSource): string {
  return JSON.stringify([tenant, channel, thread]);
}
