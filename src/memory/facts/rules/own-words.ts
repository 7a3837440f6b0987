/** What of a message its author states in their own name: no code, no quotes, no questions, no stories, no jokes. */

/** Read of one message; what people say of themselves stands in few words. */
const mostChars = 20_000;
/** A longer sentence is text that was pasted. */
const longestSentence = 400;

export interface Sentence {
  text: string;
  /** How sure it is meant as it is written, 0 to 1. */
  trust: number;
}

const joke =
  /(?:^|\s)\/s(?:\s|$)|\b(?:just kidding|only joking|j\/k|jk|lol jk|sarcasm|yeah,? right|not really though|said no one ever|april fools?)\b|🙄|😏|🙃|😜/iu;
/** Work on a text that follows: what it says is not its author's. */
const textWork =
  /^\s*(?:(?:can|could|would|will) you (?:please )?|please,? |pls |now )?(?:translate|proofread|rewrite|rephrase|paraphrase|correct|improve|polish|shorten|check (?:the |my |this )(?:grammar|spelling|text|sentence)|fix (?:the |my |this )?(?:grammar|spelling|text|sentence)|summari[sz]e|complete|continue|roleplay|role-play|pretend|imagine|act as|write (?:me )?(?:a|an|the|some)\b|compose|draft|parse|classify|label|analy[sz]e|repeat after me|say[:,]|echo)\b/i;
const request =
  /^(?:please,? |pls |now |then |ok(?:ay)?,? |can you |could you )*(?:explain|show|tell|give|list|find|search|look|write|make|create|help|describe|compare|generate|convert|calculate|count|reverse|sort|suggest|recommend|remind|send|open|read|try|use|run|add|remove|delete|imagine|suppose|assume|consider|think|let(?:'s| us)|do not|don't|stop|stay|keep|check|book|order|set|schedule|play|answer|say|repeat|forget|ignore|define|name (?:a|an|the|some|three|five|ten|one|two))\b/i;
const hypothetical =
  /^(?:if|unless|suppose|supposing|imagine|assuming|what if|in case|whenever|as if|as though|say i|when i(?: am|'m) (?:old|rich|grown)|once i|let's say|pretend)\b|\b(?:if i|if we|if my|as if|as though|i wish|i'd|i would|we'd|we would|would be|would have|i could|i might|we might|i may|maybe i|maybe we|perhaps i|perhaps we|in my dream|dreamt|dreamed|hypothetically|in theory|pretend|(?:i'm|i am|we're|we are) (?:thinking|considering|tempted|about to)|(?:i|we) (?:should|must|ought)|almost|nearly (?:bought|sold|moved|quit)|the day i|until i|unless i|before i|when i was (?:a kid|a child|little|young)|for example|e\.g\.|in the (?:song|book|film|movie|story|novel|poem|lyrics))\b/i;
/** Words of others, from here to the end of the sentence. */
const reported =
  /(?:\b(?!(?:i|we)\b)[\p{L}]+(?:'s)? (?:(?:always|also|just|still|even|once|keeps?|probably|all) )?(?:says?|said|saying|thinks?|thought|claims?|claimed|told|tells|believes?|believed|wrote|writes|asks?|asked|heard|insists?|insisted|assumes?|assumed|swears?|swore|suggests?|suggested|mentions?|mentioned|replied|answered|joked|guessed|reckons?|pretends?|wonders?)\b|\b(?:according to|people say|they say|rumou?r has it|i (?:heard|read|dreamt|dreamed|pretended|lied|joked)|apparently)\b)/iu;
const ownReport =
  /^(?:as )?(?:i|we) (?:told you|said|mentioned|have told you|already told you|already said)(?: before| already| earlier)?,? (?:that )?/i;
/** "Anna: I live in Rome", as in talk that was pasted. */
const label =
  /^\s*(?:\[[^\]\n]{1,40}\]\s*)?(?:<[^>\n]{1,40}>|[\p{Lu}][\p{L}\d_.-]{0,30}(?: [\p{Lu}][\p{L}\d_.-]{0,30}){0,2}(?: \([^)\n]{1,20}\))?(?:,? \d{1,2}:\d\d)?):\s/u;
const ownLabel =
  /^\s*(?:note|ps|p\.s\.|update|fyi|fact|remember|edit|correction|btw|reminder|me|info|hint|news|tldr|tl;dr)\b/i;

const gap = (text: string) => text.replace(/[^\n]/g, ' ');

/** The text with everything blanked that is not its author's own; letters keep their places. */
function blanked(text: string, quote: string | undefined): string {
  let own = text.slice(0, mostChars);
  if (quote && quote.length > 3) own = own.split(quote).join(gap(quote));
  own = fences(own)
    .replace(/`[^`\n]{0,400}`/g, gap)
    .replace(/\b(?:https?|ftp|file):\/\/\S{1,2000}/gi, gap)
    // A name in quotes is the author's; a sentence in quotes is somebody's.
    .replace(
      /"([^"\n]{0,400})"|“([^”\n]{0,400})”|„([^“”\n]{0,400})[“”]|«([^»\n]{0,400})»|(?<!\p{L})'([^'\n]{1,200})'(?!\p{L})/gu,
      (whole, ...inside) => {
        const words = inside.slice(0, 5).find((part) => typeof part === 'string') as string;
        const named = /^[^\s]+(?: [^\s]+){0,2}$/.test(words) && !/\b(?:i|i'm|my|we|our|me)\b/i.test(words);
        return named ? ` ${words} ` : gap(whole);
      },
    );
  return own
    .split('\n')
    .map((line) =>
      /^\s*(?:>|\||\/\/|#!|\$ |♪|\{|\}|<\/?\w)/.test(line) || (label.test(line) && !ownLabel.test(line))
        ? gap(line)
        : line,
    )
    .join('\n');
}

/** Lines of code between fences; one that is not closed runs to the end. */
function fences(text: string): string {
  if (!text.includes('```') && !text.includes('~~~')) return text;
  let open = '';
  return text
    .split('\n')
    .map((line) => {
      const mark = /^\s{0,3}(```|~~~)/.exec(line)?.[1];
      if (open === '') open = mark ?? '';
      else if (mark === open) {
        open = '';
        return gap(line);
      }
      return open === '' ? line : gap(line);
    })
    .join('\n');
}

/** In order. Spans of one sentence stand in the message as they are, but for quotation marks. */
export function ownSentences(message: string, quote?: string): Sentence[] {
  if (joke.test(message.slice(0, mostChars))) return [];
  const sentences: Sentence[] = [];
  for (const part of blanked(message, quote).split(
    /(?<!\b(?:Dr|Mr|Mrs|Ms|St|Prof|No|vs|etc|e\.g|i\.e|approx|ca)\.)(?<=[.!?…])\s+|(?<=[.!?…])$|\n+|[;•]|\p{Extended_Pictographic}+|:\)|:\(/u,
  )) {
    const text = part.replace(/^[\s\-*–—•\d.)(]*(?=\p{L})/u, '').trim();
    if (text === '') continue;
    // What follows is what is to be worked on.
    if (textWork.test(text)) break;
    if (text.length > longestSentence || text.includes('?')) continue;
    if (request.test(text) && !/^name\b/i.test(text)) continue;
    const own = text.replace(ownReport, '');
    const from = reported.exec(own)?.index ?? own.length;
    const kept = own.slice(0, from).trim();
    if (kept.length < 3 || hypothetical.test(plainQuotes(kept))) continue;
    const unsure =
      /\b(?:i think|i guess|i suppose|i believe|probably|not sure|kind of|sort of|i feel like)\b/i.test(kept);
    sentences.push({
      text: from < own.length ? kept.replace(/[,\s]+(?:and|but|so|because|as)?$/i, '') : kept,
      trust: unsure ? 0.5 : 1,
    });
  }
  return sentences;
}

export function plainQuotes(text: string): string {
  return text.replace(/[’‘`´]/g, "'");
}
