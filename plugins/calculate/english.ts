/** Calculations as people write them: `what's 15% of 80?`, `12 times 7`, `convert 5 km to miles`. */
import { constantNames, functions } from './functions.js';

const numberWords = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');

/** Longer first where one begins like another. */
const spellings: [RegExp, string][] = [
  [/[×·⋅✕]/g, '*'],
  [/÷/g, '/'],
  [/[−–]/g, '-'],
  [/\*\*/g, '^'],
  [/²/g, '^2'],
  [/³/g, '^3'],
  [/π/g, 'pi'],
  [/[$€£](?=\s?\d)/g, ''],
  [/(?<=\d),(?=\d{3}(?!\d))(?![^(]*\))/g, ''],
  [/√\s*\(/g, 'sqrt('],
  [/√\s*(\d+(?:\.\d+)?)/g, 'sqrt($1)'],
  [/\b(?:the )?square root of (\d+(?:\.\d+)?)/gi, 'sqrt($1)'],
  [/\b(?:the )?cube root of (\d+(?:\.\d+)?)/gi, 'cbrt($1)'],
  [/\b(?:to the power of|raised to)\b/gi, '^'],
  [/\b(?:multiplied by|times)\b/gi, '*'],
  [/\bdivided by\b/gi, '/'],
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\bsquared\b/gi, '^2'],
  [/\bcubed\b/gi, '^3'],
  [/\s*\bper ?cent\b/gi, '%'],
  [/%\s*of\b/gi, '/100 *'],
  [/\bhalf of\b/gi, '1/2 *'],
  [/(?<=\d)(?<!\b0)\s*x\s*(?=\d)/gi, ' * '],
  [new RegExp(`\\b(?:${numberWords.join('|')})\\b`, 'gi'), ''],
  [/°\s*([CF])\b/g, ' deg$1'],
  [/°/g, ' deg'],
];

/** Units in words mathjs does not know, or takes for something else (C is a coulomb). */
const unitSpellings: [RegExp, string][] = [
  [/\b(?:degrees? )?celsius\b|(?<=(?:\d|to|in|into) ?)\bC\b/gi, 'degC'],
  [/\b(?:degrees? )?fahrenheit\b|(?<=(?:\d|to|in|into) ?)\bF\b/gi, 'degF'],
  [/(?<=\d)[CF]\b/g, ' deg$&'],
  [/\b(?:mph|miles (?:per|an) hour)\b/gi, 'mile/hour'],
  [/\b(?:kph|kmh|km\/h|kilomet(?:er|re)s (?:per|an) hour)\b/gi, 'km/hour'],
  [/\b(kilo|centi|milli)?metre(s?)\b/gi, '$1meter$2'],
  [/\bpounds?\b/gi, 'lbs'],
  [/\bkilos?\b/gi, 'kg'],
  [/\btbsp\b/gi, 'tablespoons'],
  [/\btsp\b/gi, 'teaspoons'],
];

/** Words and signs of everyday writing as operators; what it does not know it leaves. */
export function asExpression(text: string): string {
  let expression = text.trim();
  for (const [pattern, replacement] of spellings) {
    expression = expression.replace(pattern, (match, ...groups: unknown[]) => {
      const word = numberWords.indexOf(match.toLowerCase());
      return word >= 0 ? String(word) : replacement.replace('$1', String(groups[0]));
    });
  }
  for (const [pattern, replacement] of unitSpellings) expression = expression.replace(pattern, replacement);
  return expression
    .replace(/\binto\b/gi, 'to')
    .replace(/\s+/g, ' ')
    .trim();
}

const opening =
  /^\s*(?:(?:hi|hello|hey|ok|okay|so|and|please)\b[\s,!]*)*(?:(?:can|could|would|will) you (?:please )?(?:tell me )?)?(?:please )?/i;
const asking =
  /^(?:what(?:['’]?s| is| are| does)|how much (?:is|are)|how many is|calculate|compute|evaluate|work out|figure out|solve|convert)\b:?\s*/i;

/** An expression the text asks to have calculated, or null. Rather too few than too many. */
export function calculationIn(text: string): string | null {
  if (text.length > 300) return null;
  const begun = text.replace(opening, '');
  const wanted = begun.replace(asking, '');
  const asked = wanted !== begun;
  const ended = wanted
    .replace(/\s*,?\s*please\b/i, '')
    .replace(/\s*\b(?:equals?|make|come to)\s*[?.]*\s*$/i, '=')
    .trim();
  const body = ended.replace(/[\s=?.]+$/, '');
  const conversion = conversionIn(body, asked) ?? countIn(begun);
  if (conversion) return conversion;
  const expression = asExpression(body);
  const kind = shapeOf(expression);
  if (!kind || (!asked && !standsAlone(body, expression, ended.slice(body.length)))) return null;
  return looksLikeSomethingElse(body) ? null : expression;
}

/** Without a question before it: signs that people use for hardly anything but sums, or an equals sign after it. */
function standsAlone(body: string, expression: string, tail: string): boolean {
  if (tail.includes('=')) return true;
  const spaced = /\s[-/x*+]\s/i.test(body);
  if (/\dx\d|\d\s+x\s+\d/i.test(body)) return spaced && tail.includes('?');
  return /[+*^(]|\d\s*%\s*\d/.test(expression) || (spaced && tail.includes('?'));
}

/** Dates, telephone numbers and figures of speech. */
function looksLikeSomethingElse(body: string): boolean {
  return (
    /^(?:24\/7|9\/11|7\/11|50\/50)$/.test(body) ||
    /^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/.test(body) ||
    /^\d{1,2}[-/]\d{1,2}[-/]\d{2,4}$/.test(body) ||
    /^(?:\d{3}-)?\d{3}-\d{4}$/.test(body)
  );
}

const unitWord =
  /^(?:(?:kilo|centi|milli)?met(?:er|re)s?|[kcm]?m|miles?|mi|yards?|yd|foot|feet|ft|inch(?:es)?|in|(?:kilo|milli)?grams?|[km]?g|kilos?|tons?|tonnes?|pounds?|lbs?|ounces?|oz|stones?|(?:milli)?lit(?:er|re)s?|m?l|gallons?|pints?|quarts?|cups?|tbsp|tablespoons?|tsp|teaspoons?|(?:degrees? )?(?:celsius|fahrenheit)|kelvin|deg[CF]|°?\s?[CFK]|mph|kph|kmh|km\/h|m\/s|miles (?:per|an) hour|seconds?|minutes?|hours?|days?|weeks?|acres?|hectares?|[kMGT]?B|(?:kilo|mega|giga|tera)?bytes?|degrees?|radians?|[kM]?W|watts?|[kM]?J|joules?|calories|kcal)$/i;

/** `5 km to miles`, `20°C in F`. */
function conversionIn(body: string, asked: boolean): string | null {
  const found = /^(-?\d[\d.,]*)\s*(\D{1,30}?) (to|in|into|as) ([^\d]{1,30})$/i.exec(body);
  if (!found) return null;
  const [, amount, from, word, to] = found as unknown as [string, string, string, string, string];
  if (!unitWord.test(from) || !unitWord.test(to) || (!asked && word.toLowerCase() === 'in')) return null;
  return asExpression(`${amount} ${from} to ${to}`);
}

/** `how many miles are in 5 km`, `how many cm is 3 feet`. */
function countIn(text: string): string | null {
  const found =
    /^how many (\D{1,30}?) (?:(?:are )?(?:there )?(?:are )?in|is|are|make) (an?|\d[\d.,]*)\s*(\D{1,30}?)\s*[?.]*\s*$/i.exec(
      text,
    );
  if (!found) return null;
  const [, to, amount, from] = found as unknown as [string, string, string, string];
  if (!unitWord.test(from) || !unitWord.test(to)) return null;
  return asExpression(`${/^a/i.test(amount) ? '1' : amount} ${from} to ${to}`);
}

/**
 * Whether the text is an expression that does something: operands with operators between them, and at least
 * one operator or function. Juxtaposition is not multiplication here; `+1 (555) 123` is a telephone number.
 */
function shapeOf(expression: string): boolean {
  const tokens = expression.match(/\d+(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+|[A-Za-z]\w*|\S/gi) ?? [];
  const open: string[] = [];
  let wantsOperand = true;
  let works = false;
  for (const [i, token] of tokens.entries()) {
    if (wantsOperand) {
      if (/^[\d.]/.test(token) || constantNames.has(token)) wantsOperand = false;
      else if (functions.has(token) && tokens[i + 1] === '(') works = true;
      else if (token === '(') open.push(functions.has(tokens[i - 1] ?? '') ? 'call' : 'group');
      else if (!/^[+-]$/.test(token)) return false;
      if (token === '.') return false;
    } else if (token === ')') {
      if (!open.pop()) return false;
    } else if (token === '!') works = true;
    else if (token === '%' && !/^[\d.(]/.test(tokens[i + 1] ?? '')) continue;
    else if (token === ',' ? open.at(-1) === 'call' : /^(?:[-+*/^%]|mod)$/.test(token)) {
      wantsOperand = true;
      works ||= token !== ',';
    } else return false;
  }
  return !wantsOperand && works && open.length === 0;
}
