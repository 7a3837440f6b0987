import type { TurnEvent } from '../../core/events.js';

/**
 * What a running turn has said so far, put together from its events: also by someone who came late, and where some were
 * lost. It is right or it waits: after a loss it stays as it was until the whole text is told again.
 */
export class TurnText {
  /** From its beginning, in this attempt. */
  text = '';
  /** Nothing before the next delta is missing. */
  #whole = true;

  /** Takes an event of this turn; those that do not tell of its text change nothing. */
  see(event: TurnEvent): void {
    if (event.type === 'text.delta') this.#add(event);
    if (event.type !== 'turn.started' && event.type !== 'text.so-far') return;
    this.#whole = true;
    this.text = event.type === 'text.so-far' ? event.text : '';
  }

  /** Older workers do not say where a delta belongs. */
  #add({ text, at = this.text.length }: Extract<TurnEvent, { type: 'text.delta' }>): void {
    this.#whole &&= at === this.text.length;
    if (this.#whole) this.text += text;
  }
}
