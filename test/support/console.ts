/** A browser of the console, as far as HTTP goes: what it is sent, with its cookie and where a page of it comes from. */
import type { Hub } from '../../src/hub.js';

export interface Answer {
  status: number;
  headers: Response['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON there is.
  body: any;
}

export class ConsoleBrowser {
  readonly url: string;
  cookie: string | undefined;

  /** @param url of the hub, as the browser reaches it; a path may follow. */
  constructor(url: string) {
    this.url = url;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(this.url + path, {
      ...{ method, redirect: 'manual' },
      headers: {
        ...(this.cookie && { cookie: this.cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method !== 'GET' && method !== 'HEAD' && { origin: new URL(this.url).origin }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const set = response.headers.get('set-cookie');
    if (set) this.cookie = set.split(';')[0]!.endsWith('=') ? undefined : set.split(';')[0];
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('GET', path, undefined, headers);
  }

  post(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('POST', path, body, headers);
  }

  /** Opens the link, and presses the button. */
  async signIn(link: string): Promise<Answer> {
    const code = codeOf(link);
    await this.get(`/console/sign-in?code=${code}`);
    return this.post('/console/sign-in', { code });
  }
}

export function codeOf(link: string): string {
  return new URL(link).searchParams.get('code')!;
}

/** Signed in as the owner. */
export async function ownersBrowser(hub: Hub): Promise<ConsoleBrowser> {
  const browser = new ConsoleBrowser(hub.url);
  await browser.signIn(await hub.signInLink());
  return browser;
}
