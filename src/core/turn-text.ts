/** As `TurnEvent` tells it; pages in a browser use this, too, so nothing of the hub is imported. */
type TextEvent = { type: string; text?: string; at?: number; [other: string]: unknown };

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
  see({ type, text = '', at }: TextEvent): void {
    if (type === 'text.delta') this.#add(text, at);
    if (type !== 'turn.started' && type !== 'text.so-far') return;
    this.#whole = true;
    this.text = type === 'text.so-far' ? text : '';
  }

  /** Older workers do not say where a delta belongs. */
  #add(text: string, at = this.text.length): void {
    this.#whole &&= at === this.text.length;
    if (this.#whole) this.text += text;
  }
}
