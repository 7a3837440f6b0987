/** Values in what people say: names, numbers, dates, ids, addresses. Rules alone, so that no model can lose one. */

/** Numbers, dates, amounts, ids with a digit, addresses, quoted words. */
const strong =
  /https?:\/\/[^\s<>"]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|["“„«`][^"“”»`\n]{1,80}["”»`]|[^\s,;!?()[\]{}"“”`]*\p{N}[^\s,;!?()[\]{}"“”`]*|\b\p{L}+(?:_\p{L}+)+\b|\b\p{L}+(?:-\p{L}+){2,}\b/gu;
/** Names, unless they begin a sentence. */
const proper =
  /(?<=[\p{Ll}\p{N},:] )(?!I\b)\p{Lu}[\p{L}\p{N}'’-]+(?: \p{Lu}[\p{L}\p{N}'’-]+)*|\b\p{Lu}{2,}\b/gu;
/** `the region is …`, `name: …`. */
const labelled =
  /(?:^|[\s,(])(?:is|are|was|will be|means|equals|called|named|ist|sind|hei(?:ß|ss)t|lautet|est|sont|s['’]appelle|es|son|se llama|è|sono|si chiama|é|são|heet|zijn)\s|\s?[=:]\s|：|是|は|叫|입니다/u;
/** How people are called is a value, however it is written. */
const naming = /\b(?:name|called|call me|hei(?:ß|ss)e|appelle|llamo|chiamo)\b|名前|叫/iu;
const subject =
  /^(?:(?:and|so|ok|okay|well|actually|sorry|correction|update|no|please note)[\s,:]+)*(?:(?:the|my|our|its|your|der|die|das|mein|meine|unser|unsere|le|la|mon|ma|notre|el|mi|il)\s+)?(.{2,60}?)\s+(?:is|are|was|ist|sind|lautet|hei(?:ß|ss)t|est|sont|es|son|è|sono|=)\s+\S/iu;
/** `bucket = logs-prod`, `owner: marketing`. */
const assigned =
  /^(?:[-*•]\s*)?[\p{L}\p{N}_.-]+(?: [\p{L}\p{N}_.-]+){0,3}\s*(?:[=：]|:\s)\s*\S+(?: \S+){0,3}$/u;
/** Of one word with a hyphen, or in a script without capitals, only its place tells that it may be a name. */
const maybeName = /\p{L}-\p{L}|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u;
const shortlySaid =
  /^(?:the|my|our|its|your|der|die|das|mein|meine|unser|unsere|le|la|mon|ma|notre|el|mi|il)\s(?:\S+\s){1,4}\S+$/iu;
const prefix = /^[^:\n]{1,90}, \d{4}-\d\d-\d\d: /;

/** Sentences and lines; a number keeps its point. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?…])\s+|(?<=[。！？])|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** What in a text must be kept as it is. */
export function valuesIn(text: string): string[] {
  return (text.match(strong) ?? [])
    .map((value) => value.replace(/^["“„«`'(]+|["”»`'.:)]+$/gu, ''))
    .filter(Boolean);
}

/** Whether every number of a text stands in another: who writes a summary makes none up. */
export function isFoundIn(text: string, source: string): boolean {
  const digits = valuesIn(text).filter((value) => /\p{N}/u.test(value));
  return digits.every(
    (value) => source.includes(value) || source.includes(value.replace(/[^\p{L}\p{N}]+$/u, '')),
  );
}

/** What was said in a line, without who said it and when. */
export function wordsOf(line: string): string {
  return line.replace(prefix, '');
}

/** Whether a line may take another's place: what has a time besides an id still has the id. */
export function isAlike(known: string, line: string): boolean {
  const [before, now] = [known, line].map((one) => new Set(valuesIn(wordsOf(one)).map(kindOf)));
  return before!.size === 0 || [...before!].some((kind) => now!.has(kind));
}

const kindOf = (value: string) => (/^\p{L}/u.test(value) ? 'word' : value.includes(':') ? 'time' : 'number');

/** How much would be lost with a sentence, or a line made of it: 0 is nothing, 4 a value that is called by its name. */
export function rankOf(line: string): number {
  const sentence = wordsOf(line);
  const hasValue = valuesIn(sentence).length > 0;
  const hasName = (sentence.match(proper)?.length ?? 0) > 0;
  if (/[?？]\s*$/u.test(sentence)) return hasValue ? 1 : 0;
  if (labelled.test(sentence)) {
    const isShort = shortlySaid.test(sentence);
    if (hasValue || naming.test(sentence) || assigned.test(sentence) || (hasName && isShort)) return 4;
    if (hasName) return 3;
    return isShort || maybeName.test(sentence) ? 1 : 0;
  }
  return hasValue ? 2 : hasName ? 1 : 0;
}

/** What the line says something of, and who says it; null: that cannot be told. A later line of the same takes its place. */
export function aboutOf(line: string): string | null {
  const by = /^[^:\n]{1,90}(?=, \d{4}-\d\d-\d\d: )/.exec(line)?.[0] ?? '';
  const of = subject.exec(wordsOf(line))?.[1];
  if (of === undefined || /^(?:it|this|that|he|she|they|there|what|es|ce|c['’])$/i.test(of)) return null;
  return `${by}\n${of.toLowerCase()}`;
}
