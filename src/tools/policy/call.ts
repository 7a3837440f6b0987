/** What the policy is asked about: one call, and all that is known of it. */
import type { Account } from '../../access/account.js';
import type { Role } from '../../access/role.js';
import type { ToolHints } from '../../core/tool-result.js';

/** Whoever a call is made for. */
export interface Requester {
  /** All of theirs that are known, the one they wrote with first. */
  accounts: readonly Account[];
  /** What they have for this agent, where they write. */
  role: Role;
  /** What they may have besides, where a group that would give it cannot be asked for now. */
  mayBe?: readonly Role[];
}

export interface PolicyCall {
  agentId: string;
  tool: {
    key: string;
    /** As models call it. */
    name: string;
    source: string;
    hints: Required<ToolHints>;
  };
  requester: Requester;
  place: { connector: string; tenant: string; channel: string };
  /** Undefined: nobody knows. */
  direct?: boolean | undefined;
  /** The turn has read what is from outside. */
  tainted: boolean;
  /** As the model wrote them, and as the tool takes them, where that differs: both count. */
  parameters: unknown;
  taken?: unknown;
  /** The tool itself wants a decision on this call. */
  asks?: boolean;
  /** It is not the tool that people have accepted. */
  changed?: boolean;
}
