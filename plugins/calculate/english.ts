/** Calculations as people write them: `what's 15% of 80?`, `12 times 7`, `convert 5 km to miles`. */
import type { Action } from '../../src/extension-api.js';
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
  [/(\d+(?:\.\d+)?)\s*%\s*off\b(?:\s*of\b)?/gi, '(1 - $1/100) *'],
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

/** `how many miles are in 5 km`, `how many cm is 3 feet`. */
const counting =
  /^how many (\D{1,30}?) (?:(?:are )?(?:there )?(?:are )?in|is|are|make) (an?|\d[\d.,]*)\s*(\D{1,30})$/i;

/** Words and signs of everyday writing as operators; what it does not know it leaves. */
export function asExpression(text: string): string {
  let expression = text.trim().replace(counting, (_, to, amount, from) => {
    return `${/^a/i.test(amount) ? '1' : amount} ${from} to ${to}`;
  });
  for (const [pattern, replacement] of spellings) {
    expression = expression.replace(pattern, (match, ...groups: unknown[]) => {
      const word = numberWords.indexOf(match.toLowerCase());
      return word >= 0 ? String(word) : replacement.replace('$1', String(groups[0]));
    });
  }
  expression = expression.replace(/^(-?\d[\d.,]*\s*[^\d\s]\D{0,30}?) in (\D{1,30})$/, '$1 to $2');
  for (const [pattern, replacement] of unitSpellings) expression = expression.replace(pattern, replacement);
  return expression
    .replace(/\binto\b/gi, 'to')
    .replace(/\s+/g, ' ')
    .trim();
}

const unit =
  '(?:(?:kilo|centi|milli)?met(?:er|re)s?|[kcm]?m|miles?|mi|yards?|yd|foot|feet|ft|inch(?:es)?|in|(?:kilo|milli)?grams?|[km]?g|kilos?|tons?|tonnes?|pounds?|lbs?|ounces?|oz|stones?|(?:milli)?lit(?:er|re)s?|m?l|gallons?|pints?|quarts?|cups?|tbsp|tablespoons?|tsp|teaspoons?|(?:degrees? )?(?:celsius|fahrenheit)|kelvin|deg[CF]|°?\\s?[CFK]|mph|kph|kmh|km/h|m/s|miles (?:per|an) hour|seconds?|minutes?|hours?|days?|weeks?|acres?|hectares?|[kMGT]?B|(?:kilo|mega|giga|tera)?bytes?|degrees?|radians?|[kM]?W|watts?|[kM]?J|joules?|calories|kcal)';
const amount = `-?\\d[\\d.,]*\\s?${unit}`;
const number = `(?:\\d|\\b(?:${[...numberWords, ...constantNames].join('|')})\\b)`;
const infix = 'plus|minus|times|multiplied by|divided by|mod|to the power of|raised to';
const name = `\\b(?:${[...functions.keys()].join('|')})\\(`;
/** Each once: two ways to read the same word would take a pattern forever. */
const words = [
  ...new Set([
    ...numberWords,
    ...constantNames,
    ...functions.keys(),
    ...infix.split('|'),
    ...'squared|cubed|per ?cent|of|off|the|square root of|cube root of|half of'.split('|'),
  ]),
];
/** Nothing but signs and words of sums, at least one number, and no date, telephone number or figure of speech. */
const sum =
  '(?!(?:24/7|7/11|9/11|50/50|\\d{1,4}[-/]\\d{1,2}[-/]\\d{1,4}|(?:\\d{3}-)?\\d{3}-\\d{4})[\\s?.!=]*$)' +
  `(?=[^]*${number})(?:[\\d\\s.,()+*/^%!×·⋅✕÷−–²³√π$€£-]|\\b(?:${words.join('|')})\\b|(?<=\\d\\s?)x(?=\\s?\\d)|(?<=\\d)e(?=[-+]?\\d))+(?<=[\\w)!%²³π])`;
const works = `[+*/^!%×·⋅✕÷²³√]|\\d\\s?[-−–x]\\s?[\\d(]|${number}\\s?(?:${infix}|squared|cubed|per ?cent)\\b|root of\\s${number}|half of\\s${number}|${name}`;
/** Signs that people use for hardly anything but sums. */
const clearlyWorks = `[\\d)!²³]\\s?[+*^×·⋅✕÷]\\s?[-\\d(√$€£]|%\\s?off?\\s|${number}\\s(?:(?:${infix})\\s${number}|per ?cent off?)|root of\\s${number}|${name}`;
const asks =
  "(what is|what's|whats|what are|what does|how much is|how much are|how many is|calculate|compute|evaluate|work out|figure out|solve|convert) [:]";

/** How people ask for a calculation. Rather too few than too many. */
export const phrases: NonNullable<Action['phrases']> = [
  {
    say: `${asks} {expression} [(equal|equals|make|come to)]`,
    where: { expression: `(?=[^]*(?:${works}))${sum}` },
  },
  { say: '{expression}', where: { expression: `(?=[^]*(?:${clearlyWorks}))${sum}` } },
  { say: '{expression} =', where: { expression: `(?=[^]*(?:${works}))${sum}` } },
  { say: '{expression} ?', where: { expression: `(?=[^]*\\s[-/x*+]\\s)${sum}` } },
  { say: `${asks} {expression}`, where: { expression: `${amount}\\s(?:to|in|into|as)\\s${unit}` } },
  { say: '{expression}', where: { expression: `${amount}\\s(?:to|into|as)\\s${unit}` } },
  {
    say: '{expression}',
    where: {
      expression: `how many ${unit} (?:(?:are )?(?:there )?(?:are )?in|is|are|make) (?:an?|\\d[\\d.,]*)\\s?${unit}`,
    },
  },
];
