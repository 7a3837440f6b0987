/** The hub's API as a client sees it. */
export interface Api {
  post(agent: string, body: object, headers?: Record<string, string>): Promise<Response>;
  send(agent: string, body: object): Promise<Answer>;
  messages(agent: string, room: string): Promise<ApiMessage[]>;
  get(path: string): Promise<Response>;
  /** The events of an answered stream, in order. */
  stream(agent: string, body: object): Promise<{ event: string; data: Record<string, unknown> }[]>;
}

interface Answer {
  messageId: string;
  roomId: string;
  turnId: string;
  reply: {
    id: string;
    text: string;
    actions: { name: string; result: string; ok: boolean; state: string }[];
    usage: object;
  } | null;
}

export interface ApiMessage {
  id: string;
  role: string;
  text: string;
  status: string;
  replyTo: string | null;
}

export function api(url: string, token: string): Api {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const get = (path: string) => fetch(`${url}${path}`, { headers });
  const post: Api['post'] = (agent, body, more = {}) =>
    fetch(`${url}/${agent}/message`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
  return {
    get,
    post,
    async send(agent, body) {
      const response = await post(agent, body);
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      return (await response.json()) as Answer;
    },
    async messages(agent, room) {
      const all: ApiMessage[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page = await get(`/${agent}/rooms/${room}/messages?limit=200${cursor && `&cursor=${cursor}`}`);
        const { messages, nextCursor } = (await page.json()) as {
          messages: ApiMessage[];
          nextCursor: string | null;
        };
        all.push(...messages);
        cursor = nextCursor;
      }
      return all;
    },
    async stream(agent, body) {
      const response = await post(agent, body, { accept: 'text/event-stream' });
      if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
        throw new Error(await response.text());
      const blocks = (await response.text()).split('\n\n').filter((block) => block.startsWith('event:'));
      return blocks.map((block) => {
        const [, event = '', data = ''] = /^event: ?(.*)\ndata: ?(.*)$/.exec(block) ?? [];
        return { event, data: JSON.parse(data) };
      });
    },
  };
}
