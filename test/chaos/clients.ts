/** The people: each has a room, and sends one message after the other, at random times, until it is acknowledged. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './cluster.js';
import { now } from './journal.js';
import { Random } from './random.js';

/** Mean time between two messages of a room, in ms, unless the load says another. */
export const gapMs = 100;
/** After which a client gives up on a gateway and asks the other one. */
const patienceMs = 8_000;

/** Every how many-eth message wants an action. */
const actionEvery = 10;

export interface Sent {
  name: string;
  room: string;
  /** Does it ask for an action? */
  action: boolean;
  /** As of `now`; null until the hub has it for sure. */
  acknowledgedAt: number | null;
  tries: number;
  /** What the hub said, where it refused for good. */
  refused: string | null;
}

export interface Load {
  messages: number;
  rooms: number;
  seed: number;
  callbackUrl: string;
  gapMs?: number;
  addresses: Address[];
}

export class Clients {
  /** In the order they were sent, room by room. */
  readonly rooms: Sent[][];
  readonly #load: Load;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(load: Load) {
    this.#load = load;
    this.rooms = Array.from({ length: load.rooms }, (_, room) =>
      Array.from({ length: Math.ceil((load.messages - room) / load.rooms) }, (_, i) =>
        message(`r${room}`, i),
      ),
    );
  }

  /** Resolves when everything is acknowledged or refused; `signal` gives up on the rest. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.rooms.map((room) => this.#talk(room, signal)));
    this.#agent.destroy();
  }

  async #talk(room: Sent[], signal: AbortSignal): Promise<void> {
    const random = new Random(this.#load.seed, `client ${room[0]?.room}`);
    let due = now();
    for (const sent of room) {
      due += random.gap(this.#load.gapMs ?? gapMs);
      await sleep(Math.max(0, due - now()));
      // The room's order is the order of its acknowledgements: the next one is sent when this one is safe.
      if (!(await this.#insist(sent, random, signal))) return;
    }
  }

  /** The same message again, to the other gateway, until one says that it has it. */
  async #insist(sent: Sent, random: Random, signal: AbortSignal): Promise<boolean> {
    const { addresses } = this.#load;
    for (let gateway = Math.floor(random.between(0, addresses.length)); !signal.aborted; gateway++) {
      sent.tries++;
      const status = await this.#post(sent, addresses[gateway % addresses.length]!).catch(() => 0);
      if (status === 202) {
        sent.acknowledgedAt = now();
        return true;
      }
      if (status >= 400 && status < 500 && status !== 429) {
        sent.refused = String(status);
        return false;
      }
      await sleep(random.between(50, 200));
    }
    return false;
  }

  #post({ name, room, action }: Sent, { url, token }: Address): Promise<number> {
    const text = action ? `${name}, into the ledger please` : name;
    const { callbackUrl } = this.#load;
    const body = JSON.stringify({ text, userId: `of ${room}`, roomId: room, messageId: name, callbackUrl });
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const post = request(`${url}/assistant/message`, {
        method: 'POST',
        agent: this.#agent,
        headers,
        timeout: patienceMs,
      });
      post.on('timeout', () => post.destroy(new Error('no answer in time')));
      post.on('error', reject);
      post.on('response', (response) => {
        response.on('error', reject);
        response.on('end', () => resolve(response.statusCode!));
        response.resume();
      });
      post.end(body);
    });
  }
}

function message(room: string, i: number): Sent {
  const name = `${room}#${i}`;
  return { name, room, action: i % actionEvery === 3, acknowledgedAt: null, tries: 0, refused: null };
}
