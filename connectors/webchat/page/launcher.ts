/** The button on a site's page and the frame that it opens: in a shadow root, so that neither's styles reach the other. */
import { styles } from './launcher-styles.js';

const tag = 'carrier-chat';
const zIndexes = /^-?\d{1,10}$/;

export interface LauncherOptions {
  /** Of the chat's page. */
  address: string;
  label: string;
  zIndex: string | undefined;
  /** Called with the frame, before it loads. */
  framed(frame: HTMLIFrameElement): void;
}

export class Launcher {
  readonly #host = document.createElement(tag);
  readonly #button = document.createElement('button');
  readonly #root: ShadowRoot;
  readonly #options: LauncherOptions;
  #frame: HTMLIFrameElement | undefined;

  constructor(options: LauncherOptions) {
    this.#options = options;
    const root = this.#host.attachShadow({ mode: 'open' });
    this.#root = root;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles(zIndexes.test(options.zIndex ?? '') ? options.zIndex! : '2147483000'));
    root.adoptedStyleSheets = [sheet];
    const button = this.#button;
    button.type = 'button';
    button.setAttribute('aria-label', options.label);
    button.append(icon('open', 'M4 4h16v12H8l-4 4z'), icon('shut', 'M6 6l12 12M18 6L6 18'));
    button.addEventListener('click', () => (this.isOpen ? this.close() : this.open()));
    root.append(button);
    this.#show(false);
    this.#attach();
    // Frameworks that write the whole document anew take it away.
    new MutationObserver(() => this.#attach()).observe(document, { childList: true, subtree: false });
    new MutationObserver(() => this.#attach()).observe(document.documentElement, { childList: true });
  }

  get isOpen(): boolean {
    return this.#host.hasAttribute('open');
  }

  get frame(): HTMLIFrameElement | undefined {
    return this.#frame;
  }

  open(): void {
    if (!this.#frame) {
      const frame = document.createElement('iframe');
      frame.title = this.#options.label;
      frame.allow = 'clipboard-write';
      frame.src = this.#options.address;
      this.#frame = frame;
      this.#options.framed(frame);
      this.#root.append(frame);
    }
    this.#show(true);
    this.#frame.focus();
  }

  close(): void {
    if (!this.isOpen) return;
    this.#show(false);
    this.#button.focus();
  }

  /** Beside the body, which pages that change routes replace: the frame would load anew. */
  #attach(): void {
    if (!this.#host.isConnected) document.documentElement.append(this.#host);
  }

  #show(open: boolean): void {
    this.#host.toggleAttribute('open', open);
    this.#button.setAttribute('aria-expanded', String(open));
  }
}

function icon(name: string, line: string): SVGElement {
  const svgSpace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(svgSpace, 'svg');
  svg.setAttribute('class', name);
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(svgSpace, 'path');
  path.setAttribute('d', line);
  svg.append(path);
  return svg;
}
