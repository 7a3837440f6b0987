/**
 * Output checks: what stands between the words of a model and everybody else. They look at what is shown, while it is
 * written, and at the arguments of calls before they leave.
 */
import type { Agent, Character } from '../core/character.js';
import type { CheckSettings } from '../core/check-rules.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { hiddenValues } from '../redaction.js';
import { matchesAny } from '../tools/policy/pattern.js';
import type { CheckName } from './finding.js';
import { HostList, hostsIn } from './hosts.js';
import { canaryOf, instructionsOf, secretsIn, sentencesOf } from './instructions.js';
import { type Secret, SecretForms } from './known-secrets.js';
import { Instructions } from './recital.js';
import { type AgentChecks, type Occasion, type Vouched, WordChecks } from './word-checks.js';

export interface ChecksParts {
  /** Of the hub's settings. */
  settings: CheckSettings;
  /** Counts what was stopped. */
  metrics: Pick<Metrics, 'stopped'>;
  log: Logger;
}

const none: CheckSettings = { allowedHosts: [], outside: [], untrusted: [] };

export class Checks {
  readonly #parts: ChecksParts;
  /** By definition: an edited character is another. */
  readonly #agents = new WeakMap<Character, AgentChecks>();
  #known: { count: number; forms: SecretForms } | null = null;

  constructor(parts: ChecksParts) {
    this.#parts = parts;
  }

  /** What an agent's instructions begin with, so that they are recognised; null: they are nobody's secret. */
  mark(agent: Agent): string | null {
    return this.#of(agent).mark;
  }

  /** Whether a tool deals with the world outside, as operators say. */
  isOutside(agent: Agent, key: string): boolean {
    return this.#lists(agent, 'outside', key) || this.isUntrusted(agent, key);
  }

  /** Whether the description of a tool is somebody's whom operators do not trust. */
  isUntrusted(agent: Agent, key: string): boolean {
    return this.#lists(agent, 'untrusted', key);
  }

  #lists({ character }: Agent, list: 'outside' | 'untrusted', key: string): boolean {
    const { settings } = this.#parts;
    return matchesAny(settings[list], key) || matchesAny((character.checks ?? none)[list], key);
  }

  on(agent: Agent, occasion?: Occasion, vouched: Vouched = () => []): WordChecks {
    const known = () => this.#secrets();
    return new WordChecks({ ...this.#parts, agent, checks: this.#of(agent), occasion, vouched, known });
  }

  #of({ character }: Agent): AgentChecks {
    const known = this.#agents.get(character);
    if (known) return known;
    const made = agentChecks(character, this.#parts.settings);
    this.#agents.set(character, made);
    return made;
  }

  /** Of the hub. They become more as settings are read. */
  #secrets(): SecretForms {
    const values = hiddenValues();
    if (this.#known?.count !== values.size) {
      const secrets = [...values].map((value): Secret => ({ value, check: 'secrets' }));
      this.#known = { count: values.size, forms: new SecretForms(secrets) };
    }
    return this.#known.forms;
  }
}

function agentChecks(character: Character, hub: CheckSettings): AgentChecks {
  const own = character.checks ?? none;
  const isOn = (check: CheckName) => own[check] ?? hub[check] ?? true;
  const text = instructionsOf(character);
  const instructions = new Instructions(text);
  const { name, bio, style, examples, system } = character;
  const said = [name, bio, text, system, ...style, ...examples.map(({ reply }) => reply)].join('\n');
  const on = {
    links: isOn('links'),
    images: isOn('images'),
    secrets: isOn('secrets'),
    instructions: isOn('instructions'),
  };
  const mark = on.instructions && instructions.any ? canaryOf(character) : null;
  return {
    ...{ on, instructions, mark },
    allowed: new HostList([...hub.allowedHosts, ...own.allowedHosts]),
    named: new Set(hostsIn(said)),
    secrets: new SecretForms([
      ...(mark ? [{ value: mark, check: 'instructions' } as const] : []),
      ...(mark
        ? sentencesOf(text).map((value): Secret => ({ value, check: 'instructions', prose: true }))
        : []),
      ...(on.secrets
        ? secretsIn(`${text}\n${bio}`).map((value): Secret => ({ value, check: 'secrets' }))
        : []),
    ]),
  };
}
