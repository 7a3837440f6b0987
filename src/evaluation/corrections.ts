/** Messages that say of the reply before them that it was wrong. */

/** At its beginning: a message that goes on to something else may well say "wrong" of that. */
const opening = String.raw`^(?:@\S+\s+)?(?:(?:no|nope|nein|nee|non|sorry|hm+|ah|oh|aber|but|mais|pero|also)\b[\s,.!:;–-]*){0,3}`;
const corrected = [
  String.raw`(?:that|this|it)(?:['’]?s|\s+is|\s+was)(?:\s+(?:just|simply|still|all|completely|totally))?\s+(?:wrong|incorrect|false|not\s+(?:right|correct|true)|nonsense)`,
  String.raw`(?:that|this|it)\s+(?:isn['’]?t|wasn['’]?t)\s+(?:right|correct|true)`,
  String.raw`(?:you\s+are|you['’]?re|your\s+answer\s+is)\s+(?:wrong|mistaken|incorrect)`,
  String.raw`(?:wrong|incorrect)(?:\s+answer)?(?=\s*(?:[.!,]|$))`,
  String.raw`(?:das|dies|es)\s+(?:ist|war)\s+(?:falsch|nicht\s+(?:richtig|korrekt|wahr)|unsinn|quatsch)`,
  String.raw`(?:das|dies|es)\s+stimmt\s+(?:so\s+)?nicht`,
  String.raw`(?:du\s+liegst|da\s+liegst\s+du)\s+falsch`,
  String.raw`falsch(?=\s*(?:[.!,]|$))`,
  String.raw`c['’]est\s+(?:faux|incorrect|pas\s+(?:vrai|correct|juste))`,
  String.raw`(?:eso|esto)\s+(?:es\s+(?:falso|incorrecto)|no\s+es\s+(?:correcto|verdad|cierto))`,
].join('|');
/** `it is wrong to steal` says nothing of a reply. */
const closing = String.raw`(?=\s*(?:[.!,;:–-]|$)|\s+(?:it|the|we|i|there|and|but|because|es|und|aber|der|die|das|mais|pero)\b)`;
const pattern = new RegExp(`${opening}(?:${corrected})${closing}`, 'iu');

const mostLooked = 200;

export function isCorrection(text: string): boolean {
  return pattern.test(text.trimStart().slice(0, mostLooked).replace(/\s+/g, ' '));
}
