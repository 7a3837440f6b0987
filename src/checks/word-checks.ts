/** Checks of what is said in one turn. */
import type { Agent } from '../core/character.js';
import type { Logger } from '../logger.js';
import type { Metrics } from '../metrics.js';
import { CheckedText } from './checked-text.js';
import type { CheckName, Detector, Finding } from './finding.js';
import { type HostList, isNamed, plainAddress } from './hosts.js';
import { KnownSecrets, type Secret, SecretForms } from './known-secrets.js';
import { Links } from './links.js';
import { mailsIn, Named } from './named.js';
import { Instructions, Recital } from './recital.js';
import { SecretShapes } from './secret-shapes.js';

/** A turn, as far as it matters; absent: there is none. */
export interface Occasion {
  turnId: string;
  taint: readonly unknown[];
  /** Words that the model was told and nobody else is; absent: none. */
  internal?: readonly string[] | undefined;
}

/** Words of people with a role, of whoever asks, and of trusted tools: asked once something was found. */
export type Vouched = () => readonly string[];

/** What is checked of an agent. */
export interface AgentChecks {
  on: Record<CheckName, boolean>;
  allowed: HostList;
  /** Hosts that its definition names. */
  named: ReadonlySet<string>;
  instructions: Instructions;
  secrets: SecretForms;
  /** Null: it has none. */
  mark: string | null;
}

export interface WordParts {
  agent: Agent;
  checks: AgentChecks;
  occasion?: Occasion | undefined;
  vouched: Vouched;
  /** Secrets of the hub. */
  known(): SecretForms;
  metrics: Pick<Metrics, 'stopped'>;
  log: Logger;
}

export interface Refusal {
  /** For the model. */
  reason: string;
  /** What is kept of them. */
  arguments: string;
}

export class WordChecks {
  readonly #parts: WordParts;
  readonly #said = new Named();

  constructor(parts: WordParts) {
    this.#parts = parts;
  }

  /** For words that come in pieces. */
  text(): CheckedText {
    return new CheckedText([...this.#private(true), ...this.#links()], (one) => this.#tell(one, 'reply'));
  }

  /** Words that are there as a whole, as they may be shown. */
  words(words: string): string {
    const text = this.text();
    return text.say(words) + text.flush();
  }

  /** What would be taken out of these words; told to nobody. */
  removed(words: string): CheckName[] {
    const found = new Set<CheckName>();
    const text = new CheckedText([...this.#private(true), ...this.#links()], ({ check }) => found.add(check));
    text.say(words);
    text.flush();
    return [...found];
  }

  /** The same where a trusted hand has had the last word: the links are its own. */
  withoutSecrets(words: string): string {
    const text = new CheckedText(this.#private(true), (one) => this.#tell(one, 'reply'));
    return text.say(words) + text.flush();
  }

  /**
   * Why a call with these arguments is not made; null: nothing is wrong with them.
   * @param outside whether the tool deals with the world outside
   */
  refusal(tool: string, written: string, outside: boolean): Refusal | null {
    const { leaves, values } = leavesOf(written);
    const found: Finding[] = [];
    // A secret may be cut in pieces, a field each.
    for (const texts of [leaves, values]) {
      if (found.length > 0 || (texts === values && values.length < 2)) continue;
      const text = new CheckedText(this.#private(outside), (one) => found.push(one));
      text.say(texts.join(' '));
      text.flush();
    }
    const [hidden] = found;
    if (!hidden && outside && this.#parts.checks.on.links) this.#addresses(leaves, found);
    const [first] = found;
    if (!first) return null;
    for (const finding of found) this.#tell(finding, 'call', tool);
    const why = hidden
      ? 'its arguments hold what is not told to anybody.'
      : `nobody here has named ${first.put}. Do without it, or ask the person for the address.`;
    return {
      reason: `This was not done: ${why}`,
      arguments: hidden ? JSON.stringify({ removed: 'They held what is not told.' }) : written,
    };
  }

  /** @param shapes also what only looks like a secret */
  #private(shapes: boolean): Detector[] {
    const { on, secrets, instructions } = this.#parts.checks;
    return [
      ...(on.secrets ? [new KnownSecrets(this.#parts.known())] : []),
      ...(on.secrets && shapes ? [new SecretShapes()] : []),
      ...(secrets.isEmpty ? [] : [new KnownSecrets(secrets)]),
      ...this.#internal(),
      ...(on.instructions && instructions.any
        ? [new Recital(instructions, (words) => this.#said.words(words, this.#parts.vouched()))]
        : []),
    ];
  }

  /** As a whole, in whatever way they are hidden, and long pieces of them. */
  #internal(): Detector[] {
    const { internal = [] } = this.#parts.occasion ?? {};
    if (internal.length === 0) return [];
    const values = internal.map((value): Secret => ({ value, check: 'instructions' }));
    const long = internal.map((text) => new Instructions(text)).filter(({ any }) => any);
    return [new KnownSecrets(new SecretForms(values)), ...long.map((one) => new Recital(one, () => false))];
  }

  #links(): Detector[] {
    const { on, allowed } = this.#parts.checks;
    if (allowed.any || (!on.links && !on.images)) return [];
    const mayLead = (host: string, kind: 'links' | 'images', address: string) =>
      !on[kind] || this.#mayReach(host, address, kind === 'links');
    return [new Links(mayLead)];
  }

  #mayReach(host: string, address: string, ifNamed: boolean): boolean {
    const { allowed, named } = this.#parts.checks;
    if (allowed.any || (host !== '' && allowed.has(host))) return true;
    const texts = this.#parts.vouched();
    const isWhole = () => this.#said.address(plainAddress(address), texts);
    if (!ifNamed) return host !== '' && isWhole();
    if (isNamed(host, named)) return true;
    if (!this.#said.host(host, texts)) return false;
    // What is from outside may lead to what people have named, but not tell anything there.
    const isTainted = (this.#parts.occasion?.taint.length ?? 0) > 0;
    return !isTainted || !/[/?#]./.test(plainAddress(address)) || isWhole();
  }

  /** Adds addresses to which a call would send something. */
  #addresses(leaves: readonly string[], found: Finding[]): void {
    const { allowed } = this.#parts.checks;
    if (allowed.any) return;
    const mayLead = (host: string, _: unknown, address: string) => this.#mayReach(host, address, true);
    const { bio, system } = this.#parts.agent.character;
    const known = [...this.#parts.vouched(), bio, system];
    for (const leaf of leaves) {
      const text = new CheckedText([new Links(mayLead)], (one) =>
        found.push({ ...one, check: 'links', put: `the address ${one.what}` }),
      );
      // Code is sent like all else.
      const plain = leaf.replaceAll('`', ' ').replaceAll('~~~', ' ');
      text.say(plain.replace(/^\s*(?=[\\/]{2})/, 'http:'));
      text.flush();
      for (const { address, host } of mailsIn(leaf)) {
        if (allowed.has(host) || this.#said.mail(address, known)) continue;
        const what = address.slice(0, 200);
        found.push({ from: 0, to: 0, check: 'links', put: `the mail address ${what}`, what });
      }
    }
  }

  #tell({ check, what }: Finding, where: 'reply' | 'call', tool?: string): void {
    const { agent, occasion, log, metrics } = this.#parts;
    metrics.stopped(check, where);
    const about = { agentId: agent.id, turnId: occasion?.turnId, tool, check, what };
    log.warn(
      about,
      `output checks: something was ${where === 'reply' ? 'taken out of a reply' : 'to leave in a call'}`,
    );
  }
}

/** All texts in the arguments, names too, and without them; what is no JSON as it is. */
function leavesOf(written: string): { leaves: string[]; values: string[] } {
  let value: unknown;
  try {
    value = JSON.parse(written.trim() === '' ? '{}' : written);
  } catch {
    return { leaves: [written], values: [] };
  }
  const leaves: string[] = [];
  const values: string[] = [];
  const line: { one: unknown; isName?: true }[] = [{ one: value }];
  for (const { one, isName } of line) {
    if (Array.isArray(one)) for (const inside of one) line.push({ one: inside });
    else if (typeof one === 'object' && one !== null)
      for (const [name, inside] of Object.entries(one))
        line.push({ one: name, isName: true }, { one: inside });
    else if (one !== null && one !== undefined) {
      leaves.push(String(one));
      if (!isName) values.push(String(one));
    }
  }
  return { leaves, values };
}
