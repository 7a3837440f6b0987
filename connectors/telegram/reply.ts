/** Replies in Telegram's form, however long they are or take. */
import { replyRenderer } from '../../src/replies.js';
import * as forms from './render.js';

export const rendering = replyRenderer(new URL('./render.js', import.meta.url), forms);
