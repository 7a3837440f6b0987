/** The agent types there are: what takes the turns of each agent, made once and kept. */
import { Kept } from '../core/kept.js';
import { FatalError } from '../errors.js';
import type { Registry } from '../extensions/registry.js';
import { hubValues, readSettings, type Secrets } from '../extensions/settings.js';
import type { Given } from '../given.js';
import type { Logger } from '../logger.js';
import { problemText } from '../problems.js';
import type { AgentTypeContext, TurnTaker, TurnTask } from './agent-type.js';
import { madeTurnTaker } from './made.js';

export interface AgentTypesParts {
  registry: Registry;
  given: Given;
  secrets: Secrets;
  log: Logger;
}

/** How the hub itself takes turns; each type may build on it. */
export type OwnTakers = Pick<AgentTypeContext, 'conversational' | 'working'>;

export class AgentTypes implements TurnTaker {
  readonly #parts: AgentTypesParts;
  readonly #own: OwnTakers;
  readonly #made = new Kept<TurnTaker>();

  constructor(parts: AgentTypesParts, own: OwnTakers) {
    this.#parts = parts;
    this.#own = own;
  }

  /** @throws FatalError `config_invalid` where there is no such type, besides what the type itself throws. */
  async answer(task: TurnTask) {
    const { type } = task.agent.character;
    return (await this.#made.get(type, () => this.#make(type))).answer(task);
  }

  async #make(type: string): Promise<TurnTaker> {
    const { registry, given, secrets, log } = this.#parts;
    const extension = registry.require('agentType', type, 'type');
    const read = await readSettings(extension, hubValues(extension, given), secrets);
    if ('problems' in read) throw new FatalError('config_invalid', problemText(read.problems));
    const { settings, nameOf } = read;
    const context = { settings, nameOf, log, ...this.#own };
    return madeTurnTaker(type, await extension.create(context));
  }
}
