/** What every connector promises, whatever its platform. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type Connector,
  FatalError,
  type Memory,
  newId,
  type OutboundMessage,
  RetryableError,
} from '../extension-api.js';
import { FakeHost } from './host.js';

/** A person's message as the platform knows it. Sent twice with the same id, it is one redelivered. */
export interface PlatformMessage {
  id: string;
  channel: string;
  user: string;
  text: string;
}

/** A file as a person sends it, or as a person sees it. */
export interface PlatformFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/**
 * The platform's side of a connector: a local server, or the SDK's transport replaced. What is optional is what not
 * every platform has; leave it out and say why in the options.
 */
export interface Platform {
  connector: Connector;
  /** The platform hands over an event. Resolves with whether it was acknowledged. */
  send(message: PlatformMessage): Promise<boolean>;
  /** Texts a person has been shown by the connector, in order, each as it is now. */
  shown(): string[];
  /** From now on deliveries are refused: `later` in a way that may pass, `never` for good; null takes them again. */
  refuse(how: 'later' | 'never' | null): void;
  close(): Promise<void>;
  /** A person sends a message with one file. Resolves with whether it was acknowledged. */
  sendFile?(message: PlatformMessage, file: PlatformFile): Promise<boolean>;
  /** Files a person has been shown by the connector, in order. */
  shownFiles?(): Pick<PlatformFile, 'name' | 'bytes'>[];
  /** The author of the message of that id changes its text. */
  edit?(message: PlatformMessage): Promise<unknown>;
  /** A person presses the button of that label under the newest reply. It may end before the hub has heard of it. */
  press?(label: string, user: string): Promise<unknown>;
  /** Replies are shown while they are written, and `shown` gives the part that is there. */
  live?: true;
}

/** What a platform may be without, and the part of the `Platform` that it is tested with. */
const optional = {
  takesFiles: 'sendFile',
  showsFiles: 'shownFiles',
  edits: 'edit',
  buttons: 'press',
  live: 'live',
} as const satisfies Record<string, keyof Platform>;

/** Differences between connectors that have a reason. */
export interface ConnectorContractOptions {
  /** Why a delivery that is tried again may be shown twice, where the platform gives no means against it. */
  mayShowTwice?: string;
  /** Of each thing that it cannot do, why. What is not named here is tested. */
  cannot?: { [ability in keyof typeof optional]?: string };
}

/**
 * Declares the tests of a connector; call it at the top of a vitest file. `open` makes a platform and a connector
 * that is not started. The suite starts it on a `FakeHost` whose agent is `eliza`.
 *
 * @example
 * connectorContract('the pager connector', async () => {
 *   const network = await startPagerNetwork(); // A small server of yours that speaks the platform's protocol.
 *   const connector = pagerConnector({ agentId: 'eliza', url: network.url });
 *   return {
 *     connector,
 *     send: ({ id, channel, user, text }) => network.page({ id, channel, from: user, text }),
 *     shown: () => network.pages.map((page) => page.text),
 *     refuse: (how) => network.answerWith(how === null ? 200 : how === 'later' ? 503 : 403),
 *     close: () => network.close(),
 *   };
 * }, { cannot: { takesFiles: 'a pager has text alone', showsFiles: 'a pager has text alone',
 *     edits: 'a page stays as it is', buttons: 'a pager has none', live: 'a page is sent whole' } });
 */
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
      await vi.waitUntil(() => store !== undefined, patience);
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

    /** Skips where it is said why; fails where neither that nor the platform's part is there. */
    function need<K extends keyof typeof optional>(ability: K, skip: (reason: string) => void) {
      const reason = options.cannot?.[ability];
      if (reason) skip(reason);
      const part = optional[ability];
      if (!platform[part])
        throw new Error(`Give the platform "${part}", or say why not in cannot.${ability}.`);
      return platform as Platform & Required<Pick<Platform, (typeof optional)[K]>>;
    }

    it('takes a file', async ({ skip }) => {
      const able = need('takesFiles', skip);
      const bytes = new TextEncoder().encode('day,hour\nMonday,9\n');
      const sent = await able.sendFile(message({ text: 'the plan' }), {
        name: 'plan.csv',
        mediaType: 'text/csv',
        bytes,
      });
      expect(sent).toBe(true);
      const [memory] = host.memories;
      expect(memory?.content.text).toBe('the plan');
      const [attachment] = memory?.content.attachments ?? [];
      expect(attachment).toMatchObject({ name: 'plan.csv', mediaType: 'text/csv', size: bytes.length });
      expect(Buffer.from(host.files.get(attachment!.file)!)).toEqual(Buffer.from(bytes));
    });

    it('shows a file of a reply', async ({ skip }) => {
      const able = need('showsFiles', skip);
      const bytes = new TextEncoder().encode('a,b\n');
      const attachment = await host.putFile(bytes, { name: 'table.csv', mediaType: 'text/csv' });
      await deliver(await answered('here it is', { attachments: [attachment] }));
      expect(platform.shown()).toContain('here it is');
      const files = able.shownFiles().map((shown) => ({
        name: shown.name,
        text: Buffer.from(shown.bytes).toString(),
      }));
      expect(files).toEqual([{ name: 'table.csv', text: 'a,b\n' }]);
    });

    it('takes a changed message as the same one', async ({ skip }) => {
      const able = need('edits', skip);
      await platform.send(message());
      await able.edit(message({ text: 'hello again' }));
      await vi.waitUntil(() => host.memories[0]?.content.text === 'hello again', patience);
      expect(host.memories).toHaveLength(1);
    });

    it('shows buttons, and says which one is pressed', async ({ skip }) => {
      const able = need('buttons', skip);
      const buttons = [
        { label: 'Yes', payload: 'yes.signed', style: 'primary' as const },
        { label: 'No', payload: 'no.signed', style: 'danger' as const },
      ];
      await deliver(await answered('Shall I?', { buttons }));
      await Promise.all([able.press('No', 'alice'), vi.waitUntil(() => host.presses.length > 0, patience)]);
      expect(host.presses).toMatchObject([{ agentId: 'eliza', payload: 'no.signed' }]);
      expect(host.presses[0]?.author.id).toBe(host.memories[0]?.author.id);
    });

    it('shows a reply while it is written, and in the end once', async ({ skip }) => {
      need('live', skip);
      await platform.send(message());
      const question = host.memories[0]!;
      const turn = host.begin(question).delta('Once upon a time ');
      await vi.waitUntil(() => platform.shown().some((text) => text.startsWith('Once upon')), patience);
      const text = 'Once upon a time there was a pager.';
      const reply = turn.delta('there was a pager.').commit(text)!;
      await deliver(outboundOf(turn.id, question, reply));
      expect(platform.shown()).toEqual([text]);
    });

    async function answered(text: string, more: Partial<Memory['content']> = {}): Promise<OutboundMessage> {
      await platform.send(message());
      const question = host.memories[0]!;
      const turn = host.begin(question);
      const reply = turn.commit(text)!;
      Object.assign(reply.content, more);
      return outboundOf(turn.id, question, reply);
    }

    function deliver(outbound: OutboundMessage): Promise<Record<string, unknown>> {
      return platform.connector.deliver!(outbound, AbortSignal.timeout(5000));
    }
  });
}

const patience = { timeout: 20_000, interval: 5 };

function message(change: Partial<PlatformMessage> = {}): PlatformMessage {
  return { id: 'm1', channel: 'lobby', user: 'alice', text: 'hello', ...change };
}

/** A reply as the outbox hands it to `deliver`. */
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
