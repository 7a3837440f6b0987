/** The page around the chat, as far as the browser vouches for it. */
import { isWire, type ToSite } from './wire.js';

export interface Site {
  /** As the browser says it; the hub decides whether it may embed this agent. */
  origin: string;
  user: string | null;
}

export const isEmbedded = window.parent !== window;

/** Where the page around is from, once it has said hello; until then nothing is told that is not for everybody. */
let around = '*';

export function tellSite(message: ToSite): void {
  if (!isEmbedded || (around === '*' && message.carrier !== 'ready')) return;
  window.parent.postMessage(message, around);
}

/** Called when the page around says who uses it, at first and with each change. */
export function onSite(see: (site: Site) => void): void {
  window.addEventListener('message', ({ source, origin, data }) => {
    // Other frames may write here, too, and the frame around may have gone elsewhere.
    if (!isEmbedded || source !== window.parent || !isWire(data)) return;
    if (around !== '*' && origin !== around) return;
    if (data.carrier !== 'hello' && data.carrier !== 'identify') return;
    // What has no origin (`null`) cannot be told anything for it alone.
    if (origin !== 'null') around = origin;
    see({ origin, user: typeof data.user === 'string' ? data.user : null });
  });
  tellSite({ carrier: 'ready' });
}
