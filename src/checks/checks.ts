/**
 * Output checks: what stands between the words of a model and everybody else. They look at what is shown, while it is
 * written, and at the arguments of calls before they leave.
 */
import type { Agent, Character } from '../core/character.js';
import type { CheckSettings } from '../core/check-rules.js';
import type { Logger } from '../logger.js';
import { hiddenValues } from '../redaction.js';
import { CheckedText } from './checked-text.js';
import type { CheckName, Detector, Finding } from './finding.js';
import { HostList, hostsIn, isNamed } from './hosts.js';
import { canaryOf, instructionsOf, secretsIn } from './instructions.js';
import { KnownSecrets, type Secret, SecretForms } from './known-secrets.js';
import { Links } from './links.js';
import { Instructions, Recital } from './recital.js';
import { SecretShapes } from './secret-shapes.js';
import { squeezed } from './squeezed.js';

export interface ChecksParts {
  /** Of the hub's settings. */
  settings: CheckSettings;
  /** Counts what was stopped. */
  stopped(check: CheckName, where: 'reply' | 'call'): void;
  log: Logger;
}

/** For whom words are, and who has named what in the room. */
export interface Occasion {
  turnId?: string;
  /** Words of people with a role, of whoever asks, and of trusted tools; asked once something was found. */
  vouched?(): readonly string[];
}

/** What is checked of an agent. */
interface AgentChecks {
  on: Record<CheckName, boolean>;
  allowed: HostList;
  /** Hosts that its definition names. */
  named: ReadonlySet<string>;
  instructions: Instructions;
  secrets: SecretForms;
  /** Null: it has none. */
  mark: string | null;
}

const none: CheckSettings = { allowedHosts: [] };

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

  on(agent: Agent, occasion: Occasion = {}): WordChecks {
    return new WordChecks(agent, this.#of(agent), occasion, () => this.#secrets(), this.#parts);
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
      ...(on.secrets
        ? secretsIn(`${text}\n${bio}`).map((value): Secret => ({ value, check: 'secrets' }))
        : []),
    ]),
  };
}

/** Checks what is said on one occasion. */
export class WordChecks {
  readonly #agent: Agent;
  readonly #checks: AgentChecks;
  readonly #occasion: Occasion;
  readonly #known: () => SecretForms;
  readonly #parts: ChecksParts;

  constructor(
    agent: Agent,
    checks: AgentChecks,
    occasion: Occasion,
    known: () => SecretForms,
    parts: ChecksParts,
  ) {
    this.#agent = agent;
    this.#checks = checks;
    this.#occasion = occasion;
    this.#known = known;
    this.#parts = parts;
  }

  text(): CheckedText {
    return new CheckedText([...this.#private(), ...this.#links()], (finding) => this.#tell(finding, 'reply'));
  }

  /** Words that are there as a whole, as they may be shown. */
  words(words: string): string {
    const text = this.text();
    return text.say(words) + text.flush();
  }

  /** The same for words that a trusted hand has changed: the links in them are its own. */
  withoutSecrets(words: string): string {
    const text = new CheckedText(this.#private(), (finding) => this.#tell(finding, 'reply'));
    return text.say(words) + text.flush();
  }

  /**
   * Why a call with these arguments is not made; null: nothing is wrong with them.
   * @param outside whether the tool deals with the world outside
   */
  refusal(tool: string, written: string, outside: boolean): { reason: string; arguments: string } | null {
    const leaves = leavesOf(written);
    const found: Finding[] = [];
    const shapes = outside || !this.#checks.on.secrets ? [] : [SecretShapes];
    const detectors = this.#private().filter((one) => !shapes.some((shape) => one instanceof shape));
    const text = new CheckedText(detectors, (finding) => found.push(finding));
    const said = leaves.join(' ');
    text.say(said);
    text.flush();
    if (outside && this.#checks.on.links) found.push(...this.#addresses(leaves));
    const [first] = found;
    if (!first) return null;
    for (const finding of found) this.#tell(finding, 'call', tool);
    const reason =
      first.check === 'links'
        ? `it would go to ${first.put}, which nobody here has named.`
        : whys[first.check];
    return {
      reason: `This was not done: ${reason} Do without it, or ask the person.`,
      arguments:
        first.check === 'links' ? written : JSON.stringify({ removed: 'They held what is not told.' }),
    };
  }

  #private(): Detector[] {
    const { on, secrets, instructions } = this.#checks;
    return [
      ...(on.secrets ? [new KnownSecrets(this.#known()), new SecretShapes()] : []),
      ...(secrets.depths.length > 1 ? [new KnownSecrets(secrets)] : []),
      ...(on.instructions && instructions.any
        ? [new Recital(instructions, (words) => this.#wasSaid(words))]
        : []),
    ];
  }

  #links(): Detector[] {
    const { on } = this.#checks;
    if (this.#checks.allowed.any || (!on.links && !on.images)) return [];
    return [
      new Links((host, kind) => {
        if (!on[kind]) return true;
        return this.#mayReach(host, kind === 'links');
      }),
    ];
  }

  #mayReach(host: string, ifNamed: boolean): boolean {
    const { allowed, named } = this.#checks;
    if (allowed.any || (host !== '' && allowed.has(host))) return true;
    return ifNamed && (isNamed(host, named) || isNamed(host, this.#named()));
  }

  /** Addresses to which a call would send something. */
  #addresses(leaves: readonly string[]): Finding[] {
    const found: Finding[] = [];
    if (this.#checks.allowed.any) return found;
    for (const leaf of leaves) {
      const text = new CheckedText([new Links((host) => this.#mayReach(host, true))], (finding) =>
        found.push({ ...finding, check: 'links', put: `the address ${finding.what}` }),
      );
      text.say(leaf.replace(/`/g, "'"));
      text.flush();
      for (const [address, host = ''] of leaf.matchAll(mail)) {
        if (this.#checks.allowed.has(host.toLowerCase()) || this.#wasSaid(address)) continue;
        const put = `the mail address ${address.slice(0, 200)}`;
        found.push({ from: 0, to: 0, check: 'links', put, what: address.slice(0, 200) });
      }
    }
    return found;
  }

  #named(): ReadonlySet<string> {
    return new Set((this.#occasion.vouched?.() ?? []).flatMap((text) => hostsIn(text)));
  }

  /** Whether somebody who vouches for it has said it here, or it stands in what the agent is. */
  #wasSaid(words: string): boolean {
    const plain = squeezed(words);
    const { bio, system } = this.#agent.character;
    const isAddress = words.includes('@');
    const texts = [...(this.#occasion.vouched?.() ?? []), ...(isAddress ? [bio, system] : [])];
    return texts.some((text) => squeezed(text).includes(plain));
  }

  #tell({ check, what }: Finding, where: 'reply' | 'call', tool?: string): void {
    const { id: agentId } = this.#agent;
    const { turnId } = this.#occasion;
    this.#parts.stopped(check, where);
    this.#parts.log.warn(
      { agentId, ...(turnId && { turnId }), ...(tool && { tool }), check, what },
      where === 'reply' ? 'an output check has taken something out' : 'an output check has stopped a call',
    );
  }
}

const mail = /[\p{L}\p{N}._%+-]+@((?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,})/gu;

const whys: Record<CheckName, string> = {
  secrets: 'its arguments hold a secret.',
  instructions: 'its arguments hold your instructions.',
  links: '',
  images: '',
};

/** All texts in the arguments, names too; what is no JSON as it is. */
function leavesOf(written: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(written.trim() === '' ? '{}' : written);
  } catch {
    return [written];
  }
  const found: string[] = [];
  const line: unknown[] = [value];
  while (line.length > 0) {
    const one = line.shift();
    if (Array.isArray(one)) line.push(...one);
    else if (typeof one === 'object' && one !== null)
      for (const [name, inside] of Object.entries(one)) line.push(name, inside);
    else if (one !== null && one !== undefined) found.push(String(one));
  }
  return found;
}
