/** Pairings over HTTP, for operators and the command line: who asks to be let in, who is, letting in and out. */
import { json, type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { FatalError } from '../errors.js';
import { sendJson } from './answer.js';
import { refuseMethod } from './method.js';

interface Person {
  agentId: string;
  connector: string;
  tenant: string;
  id: string;
  name?: string;
}

interface Request extends Person {
  code: string;
  askedAt: number;
}

interface Pairing extends Person {
  pairing: string;
  pairedAt: number;
}

export interface PairingDesk {
  list(): Promise<{ requests: Request[]; pairings: Pairing[] }>;
  /** Throws `pairing_unknown`, as `revoke` does. */
  approve(code: string): Promise<Pairing>;
  revoke(pairing: string): Promise<Pairing>;
}

const Approval = z.strictObject({ code: z.string().min(1).max(64) });
const Revocation = z.strictObject({ pairing: z.string().min(1).max(64) });

export function pairingRoutes(desk: PairingDesk): RequestHandler {
  const router = Router();
  const body = json({ limit: 4096 });
  router
    .route('/pairings')
    .get(async (_req, res) => {
      const { requests, pairings } = await desk.list();
      sendJson(res, 200, { requests: requests.map(shownRequest), pairings: pairings.map(shownPairing) });
    })
    .all(refuseMethod('GET, HEAD'));
  router
    .route('/pairings/approve')
    .post(body, async (req, res) => {
      const { code } = parsed(Approval, req.body);
      sendJson(res, 200, shownPairing(await desk.approve(code)));
    })
    .all(refuseMethod('POST'));
  router
    .route('/pairings/revoke')
    .post(body, async (req, res) => {
      const { pairing } = parsed(Revocation, req.body);
      sendJson(res, 200, shownPairing(await desk.revoke(pairing)));
    })
    .all(refuseMethod('POST'));
  return router;
}

function shownRequest({ code, askedAt, ...person }: Request) {
  return { code, ...shown(person), askedAt: new Date(askedAt).toISOString() };
}

function shownPairing({ pairing, pairedAt, ...person }: Pairing) {
  return { pairing, ...shown(person), pairedAt: new Date(pairedAt).toISOString() };
}

function shown({ agentId, connector, tenant, id, name }: Person) {
  return { agentId, connector, tenant, userId: id, name };
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = issue.path.join('.') || undefined;
  throw new FatalError('invalid_field', `${field ?? 'The body'}: ${issue.message}`, { field });
}
