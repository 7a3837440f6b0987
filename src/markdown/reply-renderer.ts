/**
 * Renders replies without holding anyone up: short ones at once, others in a thread. What does not come out in time,
 * be it that it was written to take long, is shown as plain text.
 */
import { aside } from '../core/aside.js';
import type { TextFile } from './long-blocks.js';
import { isQuick } from './quick.js';

/** A reply in its platform's form. */
export interface RenderedReply {
  /** Texts of messages, each within the platform's limits; none where nothing is shown. */
  parts: string[];
  /** What is better had as a file. */
  files: TextFile[];
}

/** How a platform shows replies: functions of one module, which uses nothing but its arguments. */
export interface ReplyForms {
  renderReply(markdown: string): RenderedReply;
  /** Messages alone: long code, too, stays where it is. */
  renderParts(markdown: string): string[];
  /** A text as it was written. It must be quick, whatever the text. */
  renderPlain(text: string): string[];
}

/** A platform's forms, to be had without holding anyone up. Never fails. */
export interface ReplyRenderer {
  reply(markdown: string): Promise<RenderedReply>;
  parts(markdown: string): Promise<string[]>;
}

const limits = { deadlineMs: 1500, threads: 2, idleMs: 60_000 };

/**
 * ```ts
 * import * as forms from './render.js';
 * const rendering = replyRenderer(new URL('./render.js', import.meta.url), forms);
 * ```
 * @param module the compiled module that exports the forms.
 */
export function replyRenderer(module: URL, forms: ReplyForms): ReplyRenderer {
  const rendered = aside<ReplyForms>(module, limits);
  return {
    async reply(markdown) {
      if (isQuick(markdown)) return forms.renderReply(markdown);
      const plain = () => ({ parts: forms.renderPlain(markdown), files: [] });
      return rendered('renderReply', markdown).catch(plain);
    },
    async parts(markdown) {
      if (isQuick(markdown)) return forms.renderParts(markdown);
      return rendered('renderParts', markdown).catch(() => forms.renderPlain(markdown));
    },
  };
}
