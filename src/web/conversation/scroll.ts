/** Keeps the line that somebody reads where it is, whatever grows above or below; at the end, it stays at the end. */
import { signal } from '@preact/signals';

/** So near to the end counts as there. */
const nearPx = 24;

export class ReadLine {
  /** Whether the end is seen. */
  readonly atEnd = signal(true);
  readonly #box: HTMLElement;
  readonly #observer: ResizeObserver;
  #top: number;
  #anchor: { element: Element; top: number } | null = null;
  readonly #nearStart: () => void;

  /** @param nearStart called when somebody comes near the first line */
  constructor(box: HTMLElement, inside: HTMLElement, nearStart: () => void) {
    this.#box = box;
    this.#nearStart = nearStart;
    this.#top = box.scrollTop;
    this.#observer = new ResizeObserver(() => this.hold());
    this.#observer.observe(inside);
    this.#observer.observe(box);
    box.addEventListener('scroll', this.#scrolled, { passive: true });
  }

  dispose(): void {
    this.#observer.disconnect();
    this.#box.removeEventListener('scroll', this.#scrolled);
  }

  toEnd(): void {
    this.atEnd.value = true;
    this.hold();
  }

  /** After anything was laid out anew, and before it is painted. */
  hold(): void {
    const box = this.#box;
    if (this.atEnd.value) box.scrollTop = box.scrollHeight;
    else if (this.#anchor?.element.isConnected) {
      const moved = this.#anchor.element.getBoundingClientRect().top - this.#anchor.top - boxTop(box);
      if (Math.abs(moved) >= 0.5) box.scrollTop += moved;
    }
    this.#top = box.scrollTop;
    this.#remember();
  }

  readonly #scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const up = scrollTop < this.#top - 1;
    const near = scrollHeight - scrollTop - clientHeight <= nearPx;
    // What has grown below since is no reason to think that somebody left the end.
    if (near) this.atEnd.value = true;
    else if (up) this.atEnd.value = false;
    this.#top = scrollTop;
    this.#remember();
    if (scrollTop < clientHeight) this.#nearStart();
  };

  /** The first block that is seen. */
  #remember(): void {
    const top = boxTop(this.#box);
    const isSeen = (element: Element) => element.getBoundingClientRect().bottom > top + 1;
    const message = [...this.#box.querySelectorAll('.message')].find(isSeen);
    const element = message && ([...message.querySelectorAll('.markdown > *')].find(isSeen) ?? message);
    this.#anchor = element ? { element, top: element.getBoundingClientRect().top - top } : null;
  }
}

function boxTop(box: HTMLElement): number {
  return box.getBoundingClientRect().top;
}
