/**
 * The public API for those who show replies to people: markdown, and replies while they are written. Apart from
 * `index.ts`, since its parser takes a while to load, which a hub without platforms need not wait for.
 */
export type { LiveSurface } from './connector/kit/live-message.js';
export type { LiveOptions } from './connector/kit/live-reply.js';
export { LiveReplies } from './connector/kit/live-reply.js';
export { fileEnding } from './markdown/file-ending.js';
export { healMarkdown } from './markdown/heal.js';
export type { Limits } from './markdown/limits.js';
export { withinAll } from './markdown/limits.js';
export type { LongBlocks, TextFile } from './markdown/long-blocks.js';
export { withoutLongBlocks } from './markdown/long-blocks.js';
export { isVisible, rendersToNothing } from './markdown/nothing.js';
export { markdownOf, parseMarkdown } from './markdown/parse.js';
export { splitPlain } from './markdown/plain.js';
export type { Handlers, Renderer } from './markdown/render.js';
export { markOf, plainText, renderMarkdown, tableAsText } from './markdown/render.js';
export type { RenderedReply, ReplyForms, ReplyRenderer } from './markdown/reply-renderer.js';
export { replyRenderer } from './markdown/reply-renderer.js';
export type { SplitOptions } from './markdown/split.js';
export { splitMarkdown } from './markdown/split.js';
