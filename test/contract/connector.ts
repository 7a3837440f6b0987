/** What every connector promises, whatever its platform. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Connector,
  FatalError,
  type Memory,
  newId,
  type OutboundMessage,
  RetryableError,
} from '../../src/extension-api.js';
import { FakeHost } from '../http/host.js';
import { until } from '../support/until.js';

/** A person's message as the platform knows it. Sent twice with the same id, it is one redelivered. */
export interface PlatformMessage {
  id: string;
  channel: string;
  user: string;
  text: string;
}

/** The platform's side of a connector: a local server, or the SDK's transport replaced. */
export interface Platform {
  connector: Connector;
  /** The platform hands over an event. Resolves with whether it was acknowledged. */
  send(message: PlatformMessage): Promise<boolean>;
  /** Texts a person has been shown by the connector, in order. */
  shown(): string[];
  /** From now on deliveries are refused: `later` in a way that may pass, `never` for good; null takes them again. */
  refuse(how: 'later' | 'never' | null): void;
  close(): Promise<void>;
}

export interface ConnectorContractOptions {
  /** Why a delivery that is tried again may be shown twice, where the platform gives no means against it. */
  mayShowTwice?: string;
}

export function connectorContract(
  name: string,
  open: () => Promise<Platform>,
  options: ConnectorContractOptions = {},
): void {
  describe(`${name} keeps the connector contract:`, () => {
    let host: FakeHost;
    let platform: Platform;

    beforeEach(async () => {
      host = new FakeHost({ echo: false });
      platform = await open();
      await platform.connector.start(host);
    });

    afterEach(async () => {
      await platform.connector.stop();
      await platform.close();
    });

    it('stores a message, then acknowledges it', async () => {
      let store: (() => void) | undefined;
      host.beforeStore = () => new Promise((resolve) => (store = resolve));
      let acknowledged = false;
      const sent = platform.send(message()).then((ack) => (acknowledged = ack));
      await until(() => store !== undefined);
      await soon();
      expect(acknowledged).toBe(false);
      store?.();
      expect(await sent).toBe(true);
      expect(host.memories).toMatchObject([
        { content: { text: 'hello' }, source: { connector: platform.connector.name } },
      ]);
    });

    it('does not acknowledge what could not be stored', async () => {
      host.beforeStore = () => Promise.reject(new RetryableError('store_unavailable', 'The disk is full.'));
      expect(await platform.send(message())).toBe(false);
      host.beforeStore = async () => {};
      expect(await platform.send(message())).toBe(true);
      expect(host.memories).toHaveLength(1);
    });

    it('makes one memory of a message that comes twice', async () => {
      expect(await Promise.all([platform.send(message()), platform.send(message())])).toEqual([true, true]);
      expect(await platform.send(message())).toBe(true);
      expect(host.memories).toHaveLength(1);
    });

    it('keeps people and conversations apart', async () => {
      await platform.send(message({ id: '1', channel: 'lobby' }));
      await platform.send(message({ id: '2', channel: 'lobby', user: 'bob' }));
      await platform.send(message({ id: '3', channel: 'attic' }));
      const [first, second, third] = host.memories;
      expect(host.memories).toHaveLength(3);
      expect(second?.roomId).toBe(first?.roomId);
      expect(third?.roomId).not.toBe(first?.roomId);
      expect(second?.author.id).not.toBe(first?.author.id);
      expect(third?.author.id).toBe(first?.author.id);
    });

    it('delivers a reply', async () => {
      const outbound = await answered('hello back');
      expect(await deliver(outbound)).toBeTypeOf('object');
      expect(platform.shown()).toEqual(['hello back']);
    });

    it('shows a reply once when its delivery is repeated', async ({ skip }) => {
      if (options.mayShowTwice) skip(options.mayShowTwice);
      const outbound = await answered('hello back');
      await deliver(outbound);
      await deliver({ ...outbound, attempts: 1 });
      expect(platform.shown()).toEqual(['hello back']);
    });

    it('says of a failed delivery whether trying again can help', async () => {
      const outbound = await answered('hello back');
      platform.refuse('later');
      await expect(deliver(outbound)).rejects.toBeInstanceOf(RetryableError);
      platform.refuse('never');
      await expect(deliver(outbound)).rejects.toBeInstanceOf(FatalError);
      platform.refuse(null);
      await deliver(outbound);
      expect(platform.shown()).toEqual(['hello back']);
    });

    it('starts and stops as often as asked, and receives nothing while stopped', async () => {
      await platform.connector.start(host);
      await platform.connector.stop();
      await platform.connector.stop();
      expect(await platform.send(message())).toBe(false);
      expect(host.memories).toEqual([]);
      await platform.connector.start(host);
      expect(await platform.send(message())).toBe(true);
    });

    async function answered(text: string): Promise<OutboundMessage> {
      await platform.send(message());
      const question = host.memories[0]!;
      const turn = host.begin(question);
      return outboundOf(turn.id, question, turn.commit(text)!);
    }

    function deliver(outbound: OutboundMessage): Promise<Record<string, unknown>> {
      return platform.connector.deliver!(outbound, AbortSignal.timeout(5000));
    }
  });
}

function message(change: Partial<PlatformMessage> = {}): PlatformMessage {
  return { id: 'm1', channel: 'lobby', user: 'alice', text: 'hello', ...change };
}

export function outboundOf(turnId: string, question: Memory, reply: Memory): OutboundMessage {
  const { agentId, roomId, source } = question;
  return {
    id: newId(),
    agentId,
    roomId,
    turnId,
    memory: reply,
    to: source,
    answers: [source],
    attempts: 0,
    createdAt: 0,
  };
}

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
