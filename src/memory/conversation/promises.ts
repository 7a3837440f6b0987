/** What was promised, decided and done, as far as plain words tell it. In doubt a promise stays open. */
import { tellingTerms, termsOf } from '../../store/words.js';

const promise =
  /\b(?:I['’]ll|I will|we['’]ll|we will|(?:I am|I['’]m|we are|we['’]re) going to|I promise|we (?:still )?need to|I (?:still )?(?:need|have) to|don['’]t forget|remind me|to-?do\b|next step|owe you|ich werde|wir werden|wir müssen|je vais|nous allons|voy a|vamos a)/i;
const decision =
  /\b(?:(?:we|I)(?:['’]ve| have)? (?:decided|agreed|chose|settled on)|it is decided|decision:|agreed:|let['’]s (?:go with|use|take|do)|we (?:go|went) with|entschieden|vereinbart|beschlossen|décidé|decidido|deciso)\b/i;
const completion =
  /\b(?:done|finished|completed|sent|booked|ordered|paid|cancel(?:l?ed)?|fixed|deployed|merged|created|deleted|removed|updated|changed|exported|imported|uploaded|(?:is|are|was|has been|have been) (?:now )?set|set to|never mind|erledigt|fertig|gemacht|geschickt|c['’]est fait|terminé|hecho|listo|fatto)\b/i;
const denied = /\b(?:not|never|n['’]t|yet to|nicht|noch nicht|kein|pas|no)\b/i;
/** Bare words that end whatever was promised last. */
const bare =
  /^(?:(?:that is|that['’]s|it is|it['’]s|all|is)\s+)*(?:done|finished|erledigt|fait|hecho|fatto)(?:\s+now)?[.!]*$/i;

const irregular: Record<string, string> = {
  ...{ sent: 'send', paid: 'pai', bought: 'bui', made: 'make', wrote: 'write', told: 'tell', gave: 'give' },
  ...{ went: 'go', got: 'get', brought: 'bring', found: 'find', booked: 'book', did: 'do' },
};
const faint = new Set(
  tellingTerms('will need going promise forget remind next step still have then first tomorrow later'),
);

const isQuestion = (sentence: string) => /[?？]\s*$/u.test(sentence);

export const isPromise = (sentence: string): boolean => !isQuestion(sentence) && promise.test(sentence);
export const isDecision = (sentence: string): boolean => !isQuestion(sentence) && decision.test(sentence);

export function isCompletion(sentence: string): boolean {
  if (isQuestion(sentence) || !completion.test(sentence)) return false;
  return /never mind/i.test(sentence) || (!denied.test(sentence) && !promise.test(sentence));
}

export const isBareCompletion = (sentence: string): boolean => bare.test(sentence.trim());

/** Whether most of what the line is about stands in the other text. */
export function covers(text: string, line: string): boolean {
  const about = [
    ...new Set(tellingTerms(line.replace(/^[^:\n]{1,90}, \d{4}-\d\d-\d\d: /, '')).map(base)),
  ].filter((term) => !faint.has(term));
  if (about.length === 0) return false;
  const said = new Set(termsOf(text).map(base));
  const shared = about.filter((term) => said.has(term)).length;
  return shared * 2 >= about.length;
}

const base = (term: string) => irregular[term] ?? term;
