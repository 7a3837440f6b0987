/** What people say about themselves, as the rules read it. */

/** One person's own words. */
export interface Said {
  text: string;
  /** When it was said (Unix ms): "yesterday" is the day before this one. */
  at: number;
  /** The speaker's time zone (IANA); absent or unknown: UTC. */
  zone?: string | undefined;
  /** What the agent asked just before, so that "Biscuit." says something. */
  question?: string | undefined;
  /** Words of someone else that the message carries; where they stand in the text again, they are not read. */
  quote?: string | undefined;
}

/** What a statement says, without when it was said. */
export interface Statement {
  /** `self` is the speaker (with family or team); else whom or what of theirs: `dog`, `sister`. Lower case. */
  subject: string;
  /** What is said of the subject: `home`, `name`, `likes`, `has`, `favourite colour`, or a verb. Lower case. */
  attribute: string;
  /** As it was written; empty where the attribute says it all ("I smoke"). */
  value: string;
  /** -1: it is said not to be so. */
  polarity: 1 | -1;
  /**
   * `ending`: it held, and does not any longer ("I sold my car"). Such a statement ends others and holds itself.
   * `past`: it is told as over, whatever is known ("in 2019 I lived in Kiel").
   */
  temporal: 'now' | 'past' | 'ending';
  /** The words say that something changed: now, instead, moved, switched. */
  changed?: boolean;
  /** The value that this one comes in place of, where it was named ("Rex, not Biscuit"). */
  replaces?: string;
  /** From when on it holds or held, as far as the words say (Unix ms). */
  since?: number;
  /** Until when it holds or held, as far as the words say (Unix ms, exclusive). */
  until?: number;
}

export interface FoundFact extends Statement {
  /** One short sentence of the speaker; days such as "yesterday" are followed by their date. */
  text: string;
  /** When it was said (Unix ms). */
  at: number;
  /** The part of the message that says it, letter for letter. */
  span: string;
  /** 0 to 1. */
  confidence: number;
}

/** A fact that is kept. Its text is read again where what it says is not at hand. */
export interface KnownFact extends Partial<Statement> {
  text: string;
  /** When it was said first (Unix ms). */
  at: number;
  /** The owner's name, with which its text may begin: "Kim lives in Rome". */
  owner?: string;
}

/**
 * What a found fact does to a known one of the same owner: says the `same`; takes its place (`newer`); says that it is over
 * (`ends`); contradicts it, and nobody knows which one holds (`disputed`); or leaves it alone (`other`).
 */
export type Relation = 'same' | 'newer' | 'ends' | 'disputed' | 'other';
