/** Which page of the documentation tells more of what went wrong. `test/cli/pages.test.ts` holds that each is there. */
import { CarrierError, type ErrorCode } from '../errors.js';

const troubles = (heading: string) => `docs/troubleshooting.md#${heading}`;

/** Absent: the message says all there is. */
export const errorPages: Partial<Record<ErrorCode, string>> = {
  config_invalid: troubles('a-setting-cannot-be-used'),
  token_missing: troubles('a-token-is-refused'),
  token_invalid: troubles('a-token-is-refused'),
  token_revoked: troubles('a-token-is-refused'),
  permission_denied: troubles('somebody-may-not'),
  not_allowed: troubles('the-bot-does-not-answer-somebody'),
  agent_unknown: troubles('there-is-no-such-agent'),
  model_unavailable: troubles('the-model-does-not-answer'),
  model_timeout: troubles('the-model-does-not-answer'),
  model_refused: troubles('the-model-does-not-answer'),
  prompt_too_long: troubles('the-model-does-not-answer'),
  turn_failed: troubles('a-turn-failed'),
  turn_crashed: troubles('a-turn-failed'),
  reply_timeout: troubles('a-turn-failed'),
  delivery_failed: troubles('replies-do-not-arrive'),
  store_locked: troubles('another-hub-holds-the-data-folder'),
  store_unavailable: troubles('the-database-does-not-answer'),
  overloaded: troubles('too-much-waits'),
  rate_limited: troubles('too-much-waits'),
  budget_spent: 'docs/budgets.md',
  paused: 'docs/pauses.md',
  sealed_unreadable: 'docs/encryption.md#a-lost-or-wrong-key',
  plugin_invalid: troubles('a-plugin-cannot-be-used'),
  plugin_failed: troubles('a-plugin-cannot-be-used'),
  version_conflict: 'docs/agents.md',
  tests_failed: 'docs/evaluation.md#behaviour-tests',
  quota_exceeded: 'docs/configuration.md#settings-of-the-hub',
};

/** What a command throws that found no hub to ask has this field. */
export const addressField = '--url';

export function pageOfError(error: unknown): string | undefined {
  if (!(error instanceof CarrierError)) return undefined;
  if (error.code === 'not_found')
    return error.field === addressField ? troubles('no-hub-answers') : undefined;
  return errorPages[error.code];
}

/** By how a subject of `carrier doctor` begins, or ends. */
export const subjectPages: readonly [pattern: RegExp, page: string][] = [
  [/^This machine$/, troubles('what-doctor-says-of-the-machine')],
  [/^The running hub$/, troubles('what-doctor-says-of-a-running-hub')],
  [/^Audit log$/, 'docs/operations.md'],
  [/^Settings$/, 'docs/configuration.md'],
  [/^Characters$/, troubles('there-is-no-such-agent')],
  [/^Redis and MongoDB$/, troubles('the-database-does-not-answer')],
  [/^Data folder$/, troubles('another-hub-holds-the-data-folder')],
  [/^Model /, troubles('the-model-does-not-answer')],
  [/^Tools of /, 'docs/tool-sources.md'],
  [/ on \w+$/, troubles('the-bot-does-not-answer-somebody')],
];

/** By what a check of any subject says; before the page of its subject. */
export const checkPages: readonly [pattern: RegExp, page: string][] = [
  [/repl(y|ies) given up$/, troubles('replies-do-not-arrive')],
  [/ waits? for its answer/, troubles('a-turn-failed')],
];

export function pageOfFinding(subject: string, check: string): string | undefined {
  const ofCheck = checkPages.find(([pattern]) => pattern.test(check));
  return (ofCheck ?? subjectPages.find(([pattern]) => pattern.test(subject)))?.[1];
}
