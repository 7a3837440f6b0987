/** `POST /api/<method>`: who calls, whether they may, and what is answered. */
import express, { type Request, type Response, Router } from 'express';
import { Arguments } from './arguments.js';
import type { Fault } from './faults.js';
import { appMethods } from './methods/apps.js';
import { chatMethods } from './methods/chat.js';
import { conversationMethods } from './methods/conversations.js';
import { fileMethods } from './methods/files.js';
import { streamMethods } from './methods/streams.js';
import { groupMethods } from './methods/usergroups.js';
import { Refusal } from './refusal.js';
import { app, type Call, type Method, type World } from './world.js';

const methods: Record<string, Method> = {
  ...appMethods,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...streamMethods,
  ...groupMethods,
};

export interface ApiCall {
  method: string;
  /** Unix ms. */
  at: number;
}

/** `calls` gets every call as it comes in, for a test that counts or times them. */
export function apiRouter(world: World, calls: ApiCall[]): Router {
  const router = Router();
  router.use(express.urlencoded({ extended: false, limit: '5mb' }), express.json({ limit: '5mb' }));
  router.post('/:method', async (req, res) => {
    const name = String(req.params.method);
    calls.push({ method: name, at: Date.now() });
    const fault = world.faults.take(name);
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault && !fault.afterwards && goWrong(fault, res)) return;
    const answer = await answerOf(world, name, req, res);
    if (fault?.afterwards && goWrong(fault, res)) return;
    res.json(answer);
  });
  return router;
}

/** True when that was the answer. */
export function goWrong({ status, retryAfter, error, drop, page, location }: Fault, res: Response): boolean {
  if (drop) res.socket?.destroy();
  else if (location) res.redirect(302, location);
  else if (page !== undefined)
    res
      .status(status ?? 200)
      .type('html')
      .send(page);
  else if (status === 429)
    res
      .status(429)
      .set('Retry-After', String(retryAfter ?? 1))
      .json({ ok: false, error: 'ratelimited' });
  else if (status) res.status(status).send('upstream error');
  else if (error) res.json({ ok: false, error });
  else return false;
  return true;
}

async function answerOf(world: World, name: string, req: Request, res: Response): Promise<object> {
  try {
    const method = methods[name];
    if (!method) throw new Refusal('unknown_method', { req_method: name });
    const args = new Arguments(req.body);
    const call = authenticate(world, method, req.headers.authorization, args, res);
    return { ok: true, ...(await method.run(call)) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, error: error.message, ...error.details };
  }
}

function authenticate(
  world: World,
  { by = 'bot', scopes }: Method,
  authorization: string | undefined,
  args: Arguments,
  res: Response,
): Call {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? args.optional('token');
  // Those that need no workspace do not look at it.
  if (by === 'nobody' || by === 'client') return { world, args } as Call;
  if (!token) throw new Refusal('not_authed');
  if (by === 'app') {
    if (token.startsWith('xoxb-')) throw new Refusal('not_allowed_token_type');
    if (token !== app.appToken) throw new Refusal('invalid_auth');
    return { world, args } as Call;
  }
  const workspace = [...world.workspaces.values()].find((each) => each.installation?.token === token);
  if (!workspace?.installation) throw new Refusal('invalid_auth');
  const { installation } = workspace;
  res.set('X-OAuth-Scopes', installation.scopes.join(','));
  if (scopes && !scopes.some((scope) => installation.scopes.includes(scope)))
    throw new Refusal('missing_scope', { needed: scopes[0], provided: installation.scopes.join(',') });
  return { world, args, workspace, installation };
}
