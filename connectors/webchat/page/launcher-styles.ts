/**
 * What is `!important` here wins over the site's own styles of the element, whatever those say; custom properties are
 * not part of `all`, so a site sets the colour and the level by them.
 */
export const styles = (zIndex: string) => `
:host {
  all: initial !important;
  position: fixed !important;
  inset: auto max(16px, env(safe-area-inset-right)) max(16px, env(safe-area-inset-bottom)) auto !important;
  display: block !important;
  width: 56px !important;
  height: 56px !important;
  z-index: var(--carrier-chat-z-index, ${zIndex}) !important;
}
@media print {
  :host { display: none !important; }
}
button {
  all: initial;
  box-sizing: border-box;
  display: grid;
  place-items: center;
  width: 56px;
  height: 56px;
  border: 2px solid #fff;
  border-radius: 50%;
  background: var(--carrier-chat-accent, #2450c8);
  box-shadow: 0 2px 12px rgb(0 0 0 / 35%);
  cursor: pointer;
}
button:focus-visible {
  outline: 3px solid var(--carrier-chat-accent, #2450c8);
  outline-offset: 2px;
}
svg {
  grid-area: 1 / 1;
  width: 26px;
  height: 26px;
  fill: none;
  stroke: #fff;
  stroke-width: 2.2;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.shut, :host([open]) .open { display: none; }
:host([open]) .shut { display: block; }
iframe {
  all: initial;
  box-sizing: border-box;
  display: none;
  position: fixed;
  right: max(16px, env(safe-area-inset-right));
  bottom: calc(max(16px, env(safe-area-inset-bottom)) + 68px);
  width: 400px;
  height: min(640px, calc(100dvh - 104px));
  border: 1px solid rgb(128 128 128 / 40%);
  border-radius: 16px;
  background: Canvas;
  color-scheme: light dark;
  box-shadow: 0 8px 40px rgb(0 0 0 / 30%);
}
:host([open]) iframe { display: block; }
@media (max-width: 480px), (max-height: 420px) {
  iframe {
    inset: 0;
    width: 100vw;
    height: 100dvh;
    border: 0;
    border-radius: 0;
  }
}
`;
