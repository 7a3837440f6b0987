/** Cards: where people see a call that is asked for, decide it, and see how it ended. */
import type { Character } from '../core/character.js';
import type { Author, Button, Source } from '../core/memory.js';
import { roomIdOf } from '../core/memory.js';
import type { AskTerms } from '../tools/policy/terms.js';
import { type Approval, type Card, lookOf } from './approval.js';
import { cardOf } from './card.js';

/** How a card gets into a room: what the hub says there by itself, and its buttons. */
export interface CardSender {
  /** Sent once under `once`; `turnId` names what was sent, for others to stand in its place. */
  tell(
    to: { agentId: string; source: Source; direct: boolean; author: Author },
    notice: { text: string; buttons?: Button[] },
    once: string,
    place: { replaces?: string },
  ): Promise<{ turnId: string }>;
  /** What was sent under `once`, by its `turnId`; null: nothing was. */
  sent(to: { agentId: string; source: Source }, once: string): Promise<string | null>;
  /** A button that stays good until the card is settled. */
  mint(button: {
    agentId: string;
    roomId: string;
    text: string;
    label: string;
    direct: boolean;
    command: true;
    lasting: true;
    style: Button['style'];
    ttlMs: number;
  }): Promise<Button>;
}

/** How long after its end a button still says that it was too late, in ms. */
const lateMs = 24 * 60 * 60 * 1000;

/**
 * Where cards of a call belong. Who fetches replies, or is sent answers alone, is sent none: they see that the turn waits
 * by its reply. An agent without an operators' room has its operators where it is asked.
 */
export function cardPlaces(
  { agentId, source, direct }: Pick<Approval, 'agentId' | 'source' | 'direct'>,
  where: AskTerms['where'],
  operatorsRoom: Character['operatorsRoom'],
): Card[] {
  const asked: Card = { room: 'asked', source, direct };
  const isShown = !source.pull && !source.answersOnly;
  if (!operatorsRoom) return isShown ? [asked] : [];
  const operators: Card = {
    ...{ room: 'operators', direct: false },
    source: { ...operatorsRoom, messageId: 'approvals' },
  };
  const isSame = roomIdOf(agentId, operatorsRoom) === roomIdOf(agentId, source);
  if (isSame) return [{ ...operators, source, direct }];
  if (where === 'operators') return [operators];
  return [...(isShown ? [asked] : []), ...(where === 'both' || !isShown ? [operators] : [])];
}

export class Cards {
  readonly #sender: CardSender;
  readonly #now: () => number;

  constructor(sender: CardSender, now: () => number) {
    this.#sender = sender;
    this.#now = now;
  }

  /**
   * Makes a card show the approval as it is; gives it as it is then. Safe to repeat: the same look is sent once.
   * @param again the look that somebody else may have put in the place of this one
   */
  async show(approval: Approval, card: Card, again?: string): Promise<Card> {
    const look = lookOf(approval);
    const { agentId, requester } = approval;
    const { source, direct } = card;
    const first = card.turnId ?? (await this.#sent(approval, card));
    // Nobody has seen one that was never sent.
    if (approval.state !== 'open' && first === undefined) return { ...card, shows: look };
    const once = [onceOf(approval, card, look), ...(again === undefined ? [] : [again])].join(':');
    const { text, decidable } = cardOf(approval, this.#now());
    const buttons = decidable ? await this.#buttons(approval, card) : [];
    const { turnId } = await this.#sender.tell(
      { agentId, source, direct, author: requester },
      { text, ...(buttons.length > 0 && { buttons }) },
      once,
      first === undefined ? {} : { replaces: first },
    );
    return { ...card, turnId: first ?? turnId, shows: look };
  }

  /** The first that was sent before, where whoever sent it died before that was noted. */
  async #sent(approval: Approval, card: Card): Promise<string | undefined> {
    for (let votes = 0; votes <= approval.votes.length; votes++) {
      const look = `open-${votes}`;
      if (look === lookOf(approval)) return undefined;
      const found = await this.#sender.sent(
        { agentId: approval.agentId, source: card.source },
        onceOf(approval, card, look),
      );
      if (found !== null) return found;
    }
    return undefined;
  }

  #buttons({ id, agentId, expiresAt }: Approval, { source, direct }: Card): Promise<Button[]> {
    const ttlMs = Math.max(0, expiresAt - this.#now()) + lateMs;
    const at = { agentId, roomId: roomIdOf(agentId, source), direct, command: true, lasting: true } as const;
    return Promise.all([
      this.#sender.mint({ ...at, label: 'Approve', text: `/approve ${id}`, style: 'primary', ttlMs }),
      this.#sender.mint({ ...at, label: 'Deny', text: `/deny ${id}`, style: 'danger', ttlMs }),
    ]);
  }
}

/** What a card is sent once for; another one where it is asked for once more. */
function onceOf({ rows, cards }: Approval, { room }: Card, look: string): string {
  return `card:${rows.asked}:${cards.findIndex((one) => one.room === room)}:${look}`;
}
