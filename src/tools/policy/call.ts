/** What the policy is asked about: one call, and all that is known of it. */
import type { Requester } from '../../core/requester.js';
import type { ToolHints } from '../../core/tool-result.js';

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
