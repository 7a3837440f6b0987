/** What a page says of its visitor before anything else. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { FatalError, problemsOf, problemText, sentence } from '../../src/extension-api.js';
import { bodyKind, readJson } from '../http/body.js';

const maxBytes = 16_384;

const Greeting = z.strictObject({
  /** The hub's own, of an earlier visit. */
  token: z.string().max(4096).optional(),
  /** The site's, for the user who is signed in there. */
  user: z.string().max(8192).optional(),
  /** The origin of the page around this one, as the browser said it; absent: there is none. */
  embedder: z.string().max(1024).optional(),
});

/** @throws FatalError `content_type_unsupported`, `invalid_json`, `body_too_large`, `invalid_field` */
export async function readGreeting(req: IncomingMessage): Promise<z.infer<typeof Greeting>> {
  if (bodyKind(req) !== 'json')
    throw new FatalError('content_type_unsupported', 'Send the body as application/json.');
  const parsed = Greeting.safeParse(await readJson(req, maxBytes, '{}'));
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, Greeting);
  throw new FatalError('invalid_field', sentence(problemText(problems)), { field: problems[0]?.field });
}
