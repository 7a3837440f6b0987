/** What an MCP client may do with the hub: what its token may, and nothing else is shown to it. */
import { type CallToolResult, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import {
  type Host,
  type HubRequest,
  newId,
  type Permission,
  TokenAccess,
  type TurnEvent,
  TurnText,
  turnFailure,
  userOfRoom,
  type Waiters,
} from '../../src/extension-api.js';
import { CallerId, connectorName, parsePayload, RoomId, roomOf, toInbound } from '../http/normalize.js';
import { problemOf, resultOf } from './render.js';

/** A request, and what serves it. */
export interface Call {
  req: HubRequest;
  res: { once(event: 'close', listener: () => void): unknown; readonly destroyed: boolean };
  host: Host;
  waiters: Waiters;
}

const agent = z.string().min(1).max(64);
const user = CallerId.optional().describe('who asks, if the token is for no one user');
const room = RoomId.optional().describe('the room to talk in; by default the direct one of whoever asks');
const progressEveryMs = 1000;

/** A server for one request. */
export function serverFor(call: Call): McpServer {
  const server = new McpServer({ name: 'carrier', version: '1' });
  const { req, host } = call;
  const agents = host.agentIds().filter((id) => isFor(req, id, host));
  const known = `One of: ${agents.slice(0, 100).join(', ')}.`;
  const told = (work: () => Promise<CallToolResult>) => work().catch(problemOf);

  if (may(req, 'messages.send'))
    server.registerTool(
      'ask_agent',
      {
        title: 'Ask an agent',
        description: `Says something to an agent, which remembers the conversation, and gives its answer. ${known}`,
        inputSchema: z.object({
          agent: agent.describe(known),
          message: z.string().min(1),
          ...{ user, room },
          message_id: CallerId.optional().describe(
            'your own id of the message: with the same one it is asked once',
          ),
        }),
        annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
      },
      (input, context) => told(() => ask(call, input, context)),
    );
  if (may(req, 'messages.read'))
    server.registerTool(
      'search_memory',
      {
        title: 'Search memory',
        description: `Searches what an agent remembers of a user or a room. ${known}`,
        inputSchema: z.object({
          agent: agent.describe(known),
          text: z.string().min(1).max(1000).describe('words of what is looked for'),
          ...{ user, room },
          limit: z.number().int().min(1).max(50).optional(),
        }),
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      ({ agent: agentId, text, limit, ...place }) =>
        told(async () => {
          const channel = channelOf(call, agentId, 'messages.read', place).channel;
          return operated(call, 'memories.recall', { agentId, room: channel, text, ...(limit && { limit }) });
        }),
    );
  if (may(req, 'approvals.read'))
    server.registerTool(
      'list_approvals',
      {
        title: 'List approvals',
        description:
          'Lists calls of tools that wait for somebody to approve or deny them, or that were decided.',
        inputSchema: z.object({
          agent: agent.optional(),
          state: z.string().max(20).optional().describe('open (default), all, or how they were settled'),
          limit: z.number().int().min(1).max(200).optional(),
          cursor: z.string().max(1024).optional().describe('the nextCursor of an earlier list'),
        }),
        annotations: { readOnlyHint: true, openWorldHint: false },
      },
      ({ agent: agentId, ...page }) =>
        told(() => operated(call, 'approvals.list', { ...page, ...(agentId && { agentId }) })),
    );
  if (may(req, 'approvals.decide') && may(req, 'approvals.read'))
    server.registerTool(
      'decide_approval',
      {
        title: 'Decide an approval',
        description: 'Approves or denies a call of a tool that waits for a decision, once and for all.',
        inputSchema: z.object({
          id: z.string().min(1).max(64),
          approve: z.boolean(),
          note: z.string().max(2000).optional().describe('why not: the agent reads it'),
        }),
        annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
      },
      (input) => told(() => operated(call, 'approvals.decide', input)),
    );
  return server;
}

async function operated({ req }: Call, operation: string, input: object): Promise<CallToolResult> {
  return resultOf((await req.operate!(operation, input)) as object);
}

async function ask(
  call: Call,
  given: { agent: string; message: string; user?: string; room?: string; message_id?: string },
  context: ServerContext,
): Promise<CallToolResult> {
  const { req, res, waiters } = call;
  const { agent: agentId, message: text, message_id: messageId = newId() } = given;
  const { channel, userId, access } = channelOf(call, agentId, 'messages.send', given);
  const overload = waiters.busy();
  if (overload) throw overload;
  const payload = parsePayload({ text, userId, messageId, roomId: channel });
  const message = toInbound({ agentId, tenant: access.token.tenant, payload });
  const outcome = await waiters.ask(message, {
    ...{ from: access.token, revoked: req.revoked, to: res },
    see: progressOf(context),
  });
  if (outcome?.error) throw turnFailure(outcome).error;
  const reply = outcome?.reply?.memory.content.text ?? '';
  const ids = { agent: agentId, room: channel, messageId, turnId: outcome?.turnId ?? null };
  return resultOf({ reply, ...ids }, reply);
}

/** Where somebody talks, as far as the token may. */
function channelOf(
  { req, host }: Call,
  agentId: string,
  permission: Permission,
  { user, room }: { user?: string; room?: string },
): { channel: string; userId: string; access: TokenAccess } {
  const access = new TokenAccess(req, agentId, permission);
  access.requireAgent(host);
  const { token } = access;
  if (token.user !== undefined && user !== undefined && user !== token.user) throw access.denied('user');
  const own = `token:${token.id ?? token.name}`;
  const userId = token.user ?? user ?? (room === undefined ? own : (userOfRoom(room) ?? own));
  const channel = roomOf({ roomId: room, userId });
  if (!access.reaches(channel)) throw access.denied('room');
  return { channel, userId, access };
}

/** Tells a client that asked for it that the agent is at work, so that it goes on waiting. */
function progressOf({ mcpReq }: ServerContext): (event: TurnEvent) => void {
  const token = mcpReq._meta?.progressToken;
  if (token === undefined) return () => {};
  const said = new TurnText();
  let told = Number.NEGATIVE_INFINITY;
  let progress = 0;
  return (event) => {
    said.see(event);
    if (performance.now() - told < progressEveryMs) return;
    told = performance.now();
    progress = Math.max(progress + 1, said.text.length);
    const params = { progressToken: token, progress };
    // Whoever left needs none.
    void Promise.resolve(mcpReq.notify({ method: 'notifications/progress', params })).catch(() => {});
  };
}

/** At some agent, for what is the token's own. */
function may(req: HubRequest, permission: Permission): boolean {
  const { tenant, user: userId, agents } = req.principal!;
  const bound = { connector: connectorName, tenant, userId };
  return [undefined, ...(agents ?? [])].some((agentId) => {
    try {
      req.authorise!(permission, { ...bound, agentId });
      return true;
    } catch {
      return false;
    }
  });
}

function isFor(req: HubRequest, agentId: string, host: Host): boolean {
  try {
    new TokenAccess(req, agentId, 'messages.send').requireAgent(host);
    return true;
  } catch {
    return false;
  }
}
