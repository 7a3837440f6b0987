import { wholeRoleOf } from '../access/principal.js';
import { isAtLeast } from '../access/role.js';
import { within } from '../core/deadline.js';
import { asCarrierError, FatalError, RetryableError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { PluginRule, PluginRuling } from '../plugin/hooks.js';
import type { PluginDesk, RunningPlugin } from '../plugin/plugin.js';
import { type Arrival, pass, type Rule, type Ruling } from './gate.js';
import type { Roles } from './grants.js';

const ruleMs = 5000;

/** Asks the rules of the agent's plugins, in order. What a rule fails to judge is dropped. */
export function pluginRule(
  plugins: PluginDesk,
  roles: Pick<Roles, 'isAtLeast'>,
  log: Pick<Logger, 'error'>,
): Rule {
  return (arrival) => {
    const found = plugins.of(arrival.agent);
    if (!(found instanceof Promise)) return judgeBy(found, arrival, roles, log);
    return found.then(
      (working) => judgeBy(working, arrival, roles, log),
      (error): Ruling => {
        const known = asCarrierError(error);
        return { kind: 'notice', notice: { text: known.message }, error: known };
      },
    );
  };
}

function judgeBy(
  plugins: readonly RunningPlugin[],
  arrival: Arrival,
  roles: Pick<Roles, 'isAtLeast'>,
  log: Pick<Logger, 'error'>,
): Ruling | Promise<Ruling> {
  const rules = plugins.flatMap(({ name, parts }) =>
    (parts.rules ?? []).map((rule) => ({ plugin: name, rule })),
  );
  return rules.length === 0 ? pass : inOrder(rules, arrival, roles, log);
}

async function inOrder(
  rules: { plugin: string; rule: PluginRule }[],
  arrival: Arrival,
  roles: Pick<Roles, 'isAtLeast'>,
  log: Pick<Logger, 'error'>,
): Promise<Ruling> {
  const { from } = arrival;
  // Plugins know no scopes, and anybody with a token could name an operator.
  const operator =
    (!from || isAtLeast(wholeRoleOf(from), 'operator')) && (await roles.isAtLeast(arrival, 'operator'));
  for (const { plugin, rule } of rules) {
    const ruling = await asked(rule, arrival, operator).catch((err): Ruling => {
      log.error(
        { err, plugin, rule: rule.name, agentId: arrival.agent.id },
        'a rule failed; the message is dropped',
      );
      const text = 'Your message could not be checked now. Please send it again later.';
      return { kind: 'drop', error: new RetryableError('plugin_failed', text) };
    });
    if (ruling.kind !== 'pass') return ruling;
  }
  return pass;
}

async function asked(rule: PluginRule, { agent, message }: Arrival, operator: boolean): Promise<Ruling> {
  const ruling = await within(ruleMs, (signal) =>
    rule.judge({ agent, message: structuredClone(message), operator, signal }),
  );
  return asRuling(ruling);
}

function asRuling(ruling: PluginRuling): Ruling {
  if (ruling === 'pass' || ruling === 'keep') return { kind: ruling };
  const refused = 'This agent does not take this message.';
  if (ruling === 'drop') return { kind: 'drop', error: new FatalError('not_allowed', refused) };
  const text = typeof ruling?.notice === 'string' ? ruling.notice.trim() : '';
  if (text === '') throw new Error('must give "pass", "keep", "drop" or { notice: "…" }');
  return { kind: 'notice', notice: { text }, error: new FatalError('not_allowed', text) };
}
