/** Walks the chain of audit rows from its beginning and says what is wrong with it, naming the rows. */
import { setImmediate as afterOthers } from 'node:timers/promises';
import { beginning, hashOf, linkedRow } from './audit-chain.js';
import type { AuditChain, Head, KeptHead, Link } from './audit-log.js';

/**
 * - `changed`: the row is not the one that was written.
 * - `missing`: rows are not there, and others after them are.
 * - `forked`: two rows were written after one.
 * - `behind`: the log ends before the head that is kept elsewhere; rows at its end are not there.
 */
interface Fault {
  kind: 'changed' | 'missing' | 'forked' | 'behind';
  /** Numbers of the first and the last row that it is about. */
  from: number;
  to: number;
  /** In words. */
  about: string;
}

export interface Verification {
  ok: boolean;
  /** Rows of the chain that are there. */
  rows: number;
  /** Where the chain ends; null: it is empty. */
  head: Head | null;
  /** Rows of older hubs, outside of the chain: nothing shows whether they were changed. */
  older: number;
  /** Rows that are not there, of which something says that they were. */
  missing: number;
  /** The first of them, at most `mostFaults`. */
  faults: Fault[];
  /** How many there are in all. */
  faultCount: number;
}

/** Few enough that whoever else works on this thread hardly notices. */
const perStep = 200;
const mostFaults = 100;

/** What was written before it was called is looked at. Reads in steps, between which others have their turn. */
export async function verifyChain(chain: AuditChain): Promise<Verification> {
  // Before the rows: what is kept by then is in the chain by then.
  const [heads, older] = await Promise.all([chain.heads(), chain.countOlder()]);
  const walk = new Walk(heads);
  for (;;) {
    const links = await chain.links(walk.seq, perStep);
    for (const link of links) walk.step(link);
    if (links.length < perStep) break;
    await afterOthers();
  }
  return walk.end(older);
}

class Walk {
  readonly #heads: KeptHead[];
  readonly #faults: Fault[] = [];
  /** Of the last rows, to tell a fork. */
  readonly #numbers = new Map<string, number>([[beginning.hash, 0]]);
  #faultCount = 0;
  #missing = 0;
  #rows = 0;
  #last: Head = beginning;
  /** The last row was changed: the next one cannot say so, too. */
  #lastIsChanged = false;

  constructor(heads: KeptHead[]) {
    this.#heads = heads;
  }

  get seq(): number {
    return this.#last.seq;
  }

  step(link: Link): void {
    const { seq, hash } = link;
    const follows = seq === this.#last.seq + 1;
    if (!follows) this.#lost(this.#last.seq + 1, seq - 1);
    const row = linkedRow(link);
    const isWhole = row !== null && hashOf(link.body) === hash;
    const other = this.#heads.find((head) => head.seq === seq && head.hash !== hash);
    if (isWhole && follows && !this.#lastIsChanged && row.previous !== this.#last.hash)
      this.#unlinked(row.previous, seq);
    if (!isWhole) this.#tell('changed', seq, seq, `Row ${seq} (${link.id}) is not as it was written.`);
    else if (other)
      this.#tell(
        'changed',
        seq,
        seq,
        `Row ${seq} (${link.id}) was written anew: ${other.place} knows another.`,
      );
    this.#lastIsChanged = !isWhole || other !== undefined;
    this.#went(link);
  }

  end(older: number): Verification {
    const last = this.#heads.toSorted((one, other) => other.seq - one.seq)[0];
    if (last && last.seq > this.seq) {
      const [from, to] = [this.seq + 1, last.seq];
      this.#missing += to - from + 1;
      this.#tell(
        'behind',
        from,
        to,
        `${gone(from, to)} They were the last: ${last.place} knows of row ${to}.`,
      );
    }
    return {
      ...{ ok: this.#faultCount === 0, rows: this.#rows, head: this.#rows > 0 ? this.#last : null, older },
      ...{ missing: this.#missing, faults: this.#faults, faultCount: this.#faultCount },
    };
  }

  #went({ seq, hash }: Link): void {
    this.#rows++;
    this.#last = { seq, hash };
    this.#numbers.set(hash, seq);
    if (this.#numbers.size > perStep) this.#numbers.delete(this.#numbers.keys().next().value!);
  }

  /** Both rows are as their own hashes say, so one of them was made later than it says. */
  #unlinked(previous: string, seq: number): void {
    const before = this.#numbers.get(previous);
    const last = seq - 1;
    if (last === 0) this.#tell('changed', seq, seq, `Row ${seq} does not begin a log.`);
    else if (before === undefined)
      this.#tell('changed', last, last, `Row ${last} is not the one that row ${seq} was written after.`);
    else this.#tell('forked', last, seq, `Rows ${last} and ${seq} were both written after row ${before}.`);
  }

  #lost(from: number, to: number): void {
    this.#missing += to - from + 1;
    this.#tell('missing', from, to, gone(from, to));
  }

  #tell(kind: Fault['kind'], from: number, to: number, about: string): void {
    this.#faultCount++;
    if (this.#faults.length < mostFaults) this.#faults.push({ kind, from, to, about });
  }
}

function gone(from: number, to: number): string {
  return from === to ? `Row ${from} is missing.` : `${to - from + 1} rows are missing: ${from} to ${to}.`;
}
