/** What every connector promises, whatever its platform: on the real hub, gate and all. */
import { describe } from 'vitest';
import { type Memory, newId, type OutboundMessage } from '../extension-api.js';
import { gateContract } from './connector-gate.js';
import { groupsContract } from './connector-groups.js';
import { liveContract } from './connector-live.js';
import { messagesContract } from './connector-messages.js';
import { replacementsContract } from './connector-replacements.js';
import { repliesContract } from './connector-replies.js';
import { Stage } from './connector-stage.js';
import { stopsContract } from './connector-stops.js';
import type { TestHub } from './hub.js';
import type { ConnectorContractOptions, Platform } from './platform.js';

/**
 * Declares the tests of a connector; call it at the top of a vitest file. `open` makes a platform and a connector
 * that is not started; the suite starts it on a `TestHub`, a real hub whose agent is `eliza`. `open` is told where the
 * hub's HTTP server is, which the connector's routes are mounted on.
 *
 * @example
 * connectorContract('the pager connector', async ({ url }) => {
 *   const network = await startPagerNetwork(); // A small server of yours that speaks the platform's protocol.
 *   const connector = pagerConnector({ agentId: 'eliza', url: network.url });
 *   return {
 *     connector,
 *     send: ({ id, channel, user, text }) => network.page(`${url}/pager`, { id, channel, from: user, text }),
 *     shown: () => network.pages.map((page) => page.text),
 *     refuse: (how) => network.answerWith(how === null ? 200 : how === 'later' ? 503 : how === 'never' ? 403 : null),
 *     close: () => network.close(),
 *     open: true,
 *     places: true,
 *     ordered: true,
 *   };
 * }, { cannot: { takesFiles: 'a pager has text alone', showsFiles: 'a pager has
 *     text alone', edits: 'a page stays as it is', reactions: 'nobody can', buttons: 'a pager has none', replaces: 'a page stays as it is', live: 'a page
 *     is sent whole', groups: 'a pager knows none' } });
 */
export function connectorContract(
  name: string,
  open: (hub: TestHub) => Promise<Platform>,
  options: ConnectorContractOptions = {},
): void {
  describe(`${name} keeps the connector contract:`, () => {
    const stage = new Stage(open, options);
    // Not a skip: there is nothing to test. It is said once, for whoever reads the run.
    const missing = {
      ...options.cannot,
      ...(options.mayShowTwice && { 'shows once': options.mayShowTwice }),
      ...(options.alone && { 'shared conversations': options.alone }),
      ...(options.acknowledgesByAnswer && {
        'an acknowledgement before the answer': options.acknowledgesByAnswer,
      }),
    };
    for (const [ability, reason] of Object.entries(missing))
      process.stdout.write(`${name}: no test of "${ability}": ${reason}\n`);
    messagesContract(stage);
    if (!options.cannot?.delivers) repliesContract(stage);
    if (!options.cannot?.replaces) replacementsContract(stage);
    if (!options.cannot?.live) liveContract(stage);
    stopsContract(stage);
    if (!options.cannot?.groups) groupsContract(stage);
    if (!options.cannot?.strangers) gateContract(stage);
  });
}

/** A reply as the outbox hands it to `deliver`. */
export function outboundOf(turnId: string, question: Memory, reply: Memory): OutboundMessage {
  const { agentId, roomId, source } = question;
  return {
    id: newId(),
    agentId,
    roomId,
    turnId,
    memory: reply,
    to: source,
    answers: [source],
    attempts: 0,
    createdAt: 0,
  };
}
