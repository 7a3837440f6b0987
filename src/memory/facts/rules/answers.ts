/** Short answers, read with the question they answer: "What is your dog called?" "Biscuit." */

const shapes: [RegExp, (answer: string, ...parts: string[]) => string][] = [
  [
    /what(?:'s| is| are) your ((?:[\p{L}-]+ ){0,4}?[\p{L}-]+)'s? (?:called|named)\b/iu,
    (answer, noun) => `My ${noun} is called ${answer}`,
  ],
  [
    /what(?:'s| is| are) your ((?:[\p{L}-]+ ){0,3}?[\p{L}-]+) (?:called|named)\b/iu,
    (answer, noun) => `My ${noun} is called ${answer}`,
  ],
  [
    /what(?:'s| is) (?:the )?name of your ((?:[\p{L}-]+ ){0,3}?[\p{L}-]+)\b/iu,
    (answer, noun) => `My ${noun} is called ${answer}`,
  ],
  [
    /what(?:'s| is| was) your ((?:[\p{L}-]+ ){0,3}?[\p{L}-]+)'s name\b/iu,
    (answer, noun) => `My ${noun} is called ${answer}`,
  ],
  [
    /what(?:'s| is) your name\b|what (?:should|shall|may|can|do) i call you\b|who (?:are you|am i (?:talking|speaking) (?:to|with))\b/iu,
    (answer) => `My name is ${answer}`,
  ],
  [/how old are you\b|what(?:'s| is) your age\b/iu, (answer) => `I am ${answer} years old`],
  [
    /where do you live\b|where are you (?:based|living)\b|which (?:city|town|country) do you live in\b|what city are you in\b/iu,
    (answer) => `I live in ${answer}`,
  ],
  [/where are you from\b|where do you come from\b/iu, (answer) => `I am from ${answer}`],
  [
    /where do you work\b|who do you work for\b|which company do you work (?:for|at)\b|who(?:'s| is) your employer\b/iu,
    (answer) => `I work at ${answer}`,
  ],
  [
    /what do you do for (?:a living|work)\b|what(?:'s| is) your (?:job|profession|occupation)\b/iu,
    (answer) => `I work as ${answer}`,
  ],
  [/when(?:'s| is) your birthday\b/iu, (answer) => `My birthday is ${answer}`],
  [
    /(?:what|which)(?:'s| is| are) your ((?:[\p{L}-]+ ){0,3}?[\p{L}-]+)(?=[?.!,]|$)/iu,
    (answer, noun) => `My ${noun} is ${answer}`,
  ],
  [
    /(?:what|which) (?:[\p{L}-]+ )?(?:do|can) you (speak|drive|play|use|study|drink|eat)\b/iu,
    (answer, verb) => `I ${verb} ${answer}`,
  ],
];
const little =
  /^(?:yes|no|yep|nope|sure|ok|okay|maybe|none|nothing|idk|dunno|i don't know|not sure|well|hm+|why|what|later|never|thanks?|thank you|hi|hello|stop|cancel|help|skip)\b/i;

/** The answer as a sentence of its own, or null where it is none, or none that is short enough to be sure of. */
export function answered(question: string, answer: string): string | null {
  const said = answer
    .trim()
    .replace(/[.!\s]+$/, '')
    .replace(
      /^(?:it is|it's|its|that is|that's|he is|she is|he's|she's|called|named|in|at|a|an|i am|i'm|my name is|oh|um|uh)[,\s]+/i,
      '',
    );
  const asked = question
    .slice(-400)
    .split(/(?<=[?])/)
    .filter((part) => part.includes('?'));
  const last = asked.at(-1);
  if (
    !last ||
    said === '' ||
    said.length > 60 ||
    said.split(' ').length > 5 ||
    little.test(said) ||
    /[?\n:]|\b(?:i|you|we|my|your|is|are|was|do|does)\b/i.test(said)
  )
    return null;
  for (const [shape, sentence] of shapes) {
    const found = shape.exec(last.replace(/[’]/g, "'"));
    if (found) return sentence(said, ...found.slice(1));
  }
  return null;
}
