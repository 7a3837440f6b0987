import type { Memory } from '../../../src/extension-api.js';
import { LiveReplies, type LiveSurface } from '../../../src/replies.js';
import { FakeHost } from '../../../src/testing/host.js';
import { until } from '../../support/until.js';

/** A platform that shows messages, and fails as it is told. */
export class Screen implements LiveSurface {
  readonly messages = new Map<string, string>();
  readonly calls: { what: string; text?: string; at: number }[] = [];
  typed = 0;
  most = 0;
  #running = 0;
  /** Thrown by the next calls, one each. */
  readonly failures: unknown[] = [];
  /** What a call waits for. */
  gate: Promise<void> = Promise.resolve();

  async typing(): Promise<void> {
    this.typed += 1;
  }

  open(text: string): Promise<string> {
    return this.#call('open', text, () => {
      const id = `p${this.messages.size + 1}`;
      this.messages.set(id, text);
      return id;
    });
  }

  update(id: string, text: string): Promise<void> {
    return this.#call('update', text, () => void this.messages.set(id, text));
  }

  close(): Promise<void> {
    return this.#call('close', undefined, () => {});
  }

  discard(id: string): Promise<void> {
    return this.#call('discard', undefined, () => void this.messages.delete(id));
  }

  get shown(): string[] {
    return [...this.messages.values()];
  }

  async #call<T>(what: string, text: string | undefined, does: () => T): Promise<T> {
    this.calls.push({ what, text, at: performance.now() });
    this.#running += 1;
    this.most = Math.max(this.most, this.#running);
    try {
      await this.gate;
      const failure = this.failures.shift();
      if (failure) throw failure;
      return does();
    } finally {
      this.#running -= 1;
    }
  }
}

/** Questions in a hub of its own, whose replies are shown live on a screen. */
export class LiveStage {
  readonly host = new FakeHost({ echo: false });
  readonly screen = new Screen();
  live = this.replies();
  #messages = 0;

  /** Replies as another process of the hub has them, or with other times. */
  replies(times: Partial<ConstructorParameters<typeof LiveReplies>[0]> = {}): LiveReplies {
    return new LiveReplies({ host: this.host, everyMs: 20, typingEveryMs: 20, maxChars: 100, ...times });
  }

  question(channel = 'lobby') {
    this.#messages += 1;
    return {
      agentId: 'eliza',
      source: { connector: 'test', tenant: 'default', channel, messageId: `m${this.#messages}` },
      direct: true,
      author: { id: 'alice' },
      text: 'hello',
    };
  }

  async asked(surface: LiveSurface = this.screen, channel = 'lobby'): Promise<Memory> {
    const receipt = await this.host.receive(this.question(channel));
    this.live.follow(receipt!.memory, surface);
    return receipt!.memory;
  }

  shows(text: string): Promise<void> {
    return until(() => this.screen.shown.at(-1) === text);
  }
}
