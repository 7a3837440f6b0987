import { isThisMachine } from '../../src/extension-api.js';

/** Whoever asks for callbacks chooses where they go. */
const mostHosts = 1000;

/** Which receivers of callbacks can be overheard, so that each is told of once. */
export class ClearCallbacks {
  readonly #told = new Set<string>();

  /** The host, the first time that something goes there in the clear and leaves this machine; null otherwise. */
  firstTo(url: string): string | null {
    const { protocol, hostname, host } = new URL(url);
    if (protocol !== 'http:' || isThisMachine(hostname)) return null;
    if (this.#told.has(host) || this.#told.size >= mostHosts) return null;
    this.#told.add(host);
    return host;
  }
}
