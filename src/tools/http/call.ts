/** One call of an HTTP tool. */
import type { ToolResult } from '../../core/tool-result.js';
import type { ActionContext } from '../../plugin/plugin.js';
import { schemaOf } from '../schema.js';
import type { HttpTool } from './definition.js';
import { BrokenExchange, exchange } from './exchange.js';
import type { Lookup } from './guard.js';
import type { Resolve } from './headers.js';
import { requestOf } from './request.js';
import { resultOf } from './result.js';

interface Means {
  resolve: Resolve;
  /** How names are resolved; absent: as the system does. */
  lookup?: Lookup;
  /** Ports on which the hub itself listens. */
  ownPorts: readonly number[];
}

/** @throws Error for what was not done, with the reason for the model */
export async function callTool(
  tool: HttpTool,
  parameters: Record<string, unknown>,
  { idempotencyKey, signal }: Pick<ActionContext, 'idempotencyKey' | 'signal'>,
  { resolve, lookup, ownPorts }: Means,
): Promise<ToolResult> {
  // It may have been changed since its arguments were checked.
  const problem = schemaOf(tool.parameters).problem(parameters);
  if (problem) throw new Error(problem);
  const { allowPrivate, maxBytes, timeoutMs } = tool;
  const repeatable = isRepeatable(tool);
  const request = await requestOf(tool, parameters, { idempotencyKey, resolve, now: Date.now() });
  const limits = { allowPrivate, maxBytes, timeoutMs, ownPorts, ...(lookup && { lookup }) };
  try {
    return resultOf(tool, await exchange(request, limits, signal), repeatable);
  } catch (error) {
    if (!(error instanceof BrokenExchange) || !error.sent || repeatable) throw error;
    const text = `The request was sent, and then: ${error.message}. Nobody knows whether it took effect: say so, and do not repeat it unasked.`;
    return { text, unknown: true, failed: true };
  }
}

/** By HTTP's own rules, or as whoever registered it says. */
function isRepeatable({ method, hints }: HttpTool): boolean {
  if (hints.readOnly || hints.idempotent) return true;
  return ['GET', 'HEAD', 'PUT', 'DELETE'].includes(method);
}
