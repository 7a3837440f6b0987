/** What the hub says of rooms, turns and approvals, as these pages read it. */
export interface RoomRow {
  roomId: string;
  agentId: string;
  connector: string;
  tenant: string;
  channel: string;
  thread?: string;
  /** The first words that were said there. */
  title: string | null;
  direct?: boolean;
  messages: number;
  lastAt: string;
  heldBy?: string;
}

export interface Hold {
  hold: {
    by: string;
    name?: string;
    reason?: string;
    since: string;
    until: string | null;
  } | null;
  drafts: { turnId: string; text: string; at: string; later: boolean }[];
  unanswered: number;
}

export interface Note {
  id: string;
  by: string;
  name?: string;
  text: string;
  at: string;
}

export interface TurnRow {
  turnId: string;
  agentId: string;
  roomId: string;
  status: string;
  model: string | null;
  passedOver?: { model: string; code: string; message: string }[];
  usage: { inputTokens: number; outputTokens: number };
  attempt: number;
  error: { code: string; message: string } | null;
  replyId: string | null;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface Approval {
  id: string;
  agentId: string;
  roomId: string;
  turnId: string;
  tool: string;
  arguments: string | null;
  requester: { userId: string; name?: string };
  rule: string;
  reason?: string;
  decides: { role: string; people: number; fourEyes: boolean };
  state: string;
  approvals: { by: string; at: string }[];
  by?: string;
  note?: string;
  askedAt: string;
  expiresAt: string;
  settledAt?: string;
}

export interface Problem {
  agentId: string | null;
  field: string | null;
  message: string;
}

export interface AgentRow {
  id: string;
  name: string;
  models: string[];
  plugins: string[];
  connectors: string[];
}

/** How a turn ended, in one of the colours that badges have. */
export function kindOf(status: string): 'good' | 'bad' | 'warn' | 'plain' {
  if (status === 'done' || status === 'approved') return 'good';
  if (status === 'failed' || status === 'denied' || status === 'expired') return 'bad';
  return status === 'waiting' || status === 'open' ? 'warn' : 'plain';
}

/** An arguments' JSON text as people read it; what is no JSON stays as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Made in the browser, also where the page came over plain http: `randomUUID` is missing there. */
export function newMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
