import { webhookConnector } from '../../../connectors/webhook/connector.js';
import { WebhookSource } from '../../../connectors/webhook/source.js';
import { TestHub, type TestHubOptions } from '../../../src/testing/hub.js';
import { type Answer, post, type Signed, standardSecret } from './senders.js';

type Sources = Record<string, Partial<WebhookSource> | object>;

export const issues = {
  signature: 'github',
  secret: 'gh-secret',
  text: '{sender.login} {action} "{issue.title}"\n{issue.body}\nComment: {comment.body}',
  author: { id: '{sender.id}', name: '{sender.login}' },
  room: '{repository.full_name}',
  thread: '{issue.number}',
  only: [{ value: '{header:X-GitHub-Event}', in: ['issues', 'issue_comment'] }],
};

export const payments = {
  signature: 'stripe',
  secret: 'whsec_stripe',
  text: '{type}: {data.object.amount} {data.object.currency}',
};

export const events = { signature: 'standard', secret: standardSecret, text: '{text}' };

/** The agent `eliza` on the real hub, with these sources. */
export class WebhookRig {
  readonly hub: TestHub;
  private constructor(hub: TestHub) {
    this.hub = hub;
  }

  static async open(sources: Sources, options: TestHubOptions & { maxBodyBytes?: number } = {}) {
    const { maxBodyBytes = 100_000, ...rest } = options;
    const parsed = Object.fromEntries(
      Object.entries(sources).map(([name, source]) => [name, WebhookSource.parse(source)]),
    );
    const hub = await TestHub.open(() => webhookConnector({ agents: { eliza: parsed }, maxBodyBytes }), rest);
    hub.model.answer = 'noted';
    return new WebhookRig(hub);
  }

  post(source: string, signed: Signed): Promise<Answer> {
    return post(`${this.hub.url}/webhooks/eliza/${source}`, signed);
  }

  /** What people are stored to have said. */
  async said(): Promise<string[]> {
    return (await this.hub.memories())
      .filter(({ role }) => role === 'user')
      .map(({ content }) => content.text);
  }

  /** Until there are that many replies. */
  async replies(count: number): Promise<string[]> {
    for (;;) {
      const replies = (await this.hub.memories()).filter(({ role }) => role === 'assistant');
      if (replies.length >= count) return replies.map(({ content }) => content.text);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
