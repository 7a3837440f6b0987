/** Where events are posted no connection is held; what an operator sees as one is whether Slack can be reached. */
import { type Connection, derivedId } from '../../src/extension-api.js';
import type { Reach } from './reach.js';

/** @param check fails where the set-up is wrong */
export function postedConnection(path: string, reach: Reach, check: () => Promise<void>): Connection {
  return {
    id: derivedId('slack-events', path),
    open: check,
    async close() {},
    health: () => reach.problem() ?? 'ok',
    ask: () => reach.known(),
  };
}
