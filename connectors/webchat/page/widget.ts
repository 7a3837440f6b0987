/**
 * The script that sites include: one button on the page, which opens the chat in a frame of the hub's.
 *
 *     <script src="https://hub.example/webchat/widget.js" data-agent="assistant" defer></script>
 */
import { Launcher } from './launcher.js';
import { isWire, type ToChat } from './wire.js';

/** `window.carrierChat`; `carrier-chat-ready` is dispatched on `window` once it is there. */
interface CarrierChat {
  open(): void;
  close(): void;
  /** Who uses the site from now on: the token that the site's server has signed for them; null: nobody is signed in. */
  identify(user: string | null): void;
}

const page = window as unknown as { carrierChat?: CarrierChat };

function begin(script: HTMLScriptElement): void {
  const { agent, user: first, zIndex, label = 'Chat' } = script.dataset;
  if (!agent) {
    warn('data-agent is missing: it names the agent that the chat is with.');
    return;
  }
  const address = new URL(encodeURIComponent(agent), new URL('.', script.src));
  let user: string | null = first || null;
  let greeted = false;
  const launcher = new Launcher({
    ...{ address: address.href, label, zIndex },
    framed() {
      greeted = false;
    },
  });
  const say = (message: ToChat) => launcher.frame?.contentWindow?.postMessage(message, address.origin);
  window.addEventListener('message', ({ source, origin, data }) => {
    const window = launcher.frame?.contentWindow;
    if (!window || source !== window || origin !== address.origin || !isWire(data)) return;
    if (data.carrier === 'ready') {
      greeted = true;
      say({ carrier: 'hello', user });
    }
    if (data.carrier === 'close') launcher.close();
    if (data.carrier === 'expired') dispatch('carrier-chat-expired');
    if (data.carrier === 'refused') {
      const { message } = data as unknown as { message: unknown };
      warn(String(message));
      dispatch('carrier-chat-refused', { message: String(message) });
    }
  });
  page.carrierChat = {
    open: () => launcher.open(),
    close: () => launcher.close(),
    identify(next) {
      user = next || null;
      if (greeted) say({ carrier: 'identify', user });
    },
  };
  dispatch('carrier-chat-ready');
}

function dispatch(name: string, detail?: object): void {
  window.dispatchEvent(new CustomEvent(name, { detail }));
}

function warn(message: string): void {
  // biome-ignore lint/suspicious/noConsole: whoever puts it into a site looks there.
  console.warn(`carrier chat: ${message}`);
}

/** A module is no current script. */
function ownScript(): HTMLScriptElement | undefined {
  const { currentScript } = document;
  if (currentScript instanceof HTMLScriptElement) return currentScript;
  const all = [...document.querySelectorAll<HTMLScriptElement>('script[data-agent][src]')];
  return all.find(({ src }) => /\/webchat\/widget\.js([?#]|$)/.test(src));
}

const claimed = Symbol.for('carrier.chat');
const marked = window as unknown as Record<symbol, boolean>;
const script = ownScript();
// However often it is included, or run again when a page changes its route, there is one.
if (script && !marked[claimed]) {
  marked[claimed] = true;
  const whenBody = () => {
    if (!document.body) return false;
    begin(script);
    return true;
  };
  if (!whenBody())
    new MutationObserver((_changes, observer) => {
      if (whenBody()) observer.disconnect();
    }).observe(document.documentElement, { childList: true });
}
