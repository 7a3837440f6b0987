/** Names, ages, birthdays, and what somebody is. */
import { type Draft, draft, holds, names, type Rule } from './draft.js';
import { isOccupation } from './occupations.js';

const name = /^(?:\p{Lu}[\p{L}'.-]{0,30}|\p{Lu}\.?)(?: \p{Lu}[\p{L}'.-]{0,30}){0,3}$/u;
const diets =
  /^(?:an? )?(?:strict )?(vegan|vegetarian|veggie|pescatarian|flexitarian|teetotal(?:l?er)?|carnivore|keto|gluten[- ]free|sober)s?$/i;
const lasting =
  /^(?:left-handed|right-handed|ambidextrous|bilingual|trilingual|colou?r[- ]?blind|deaf|blind|autistic|dyslexic|pregnant|diabetic|asthmatic|epileptic|jewish|muslim|catholic|protestant|christian|buddhist|hindu|atheist|agnostic|retired|gay|lesbian|bisexual|trans|an only child|a night owl|a morning person|an early bird|an introvert|an extrovert|a minimalist|.* years sober)$/i;
const nationality =
  /^(?:half[- ])?(?:american|british|english|scottish|welsh|irish|german|austrian|swiss|french|spanish|italian|portuguese|dutch|belgian|danish|swedish|norwegian|finnish|icelandic|polish|czech|slovak|hungarian|romanian|bulgarian|greek|turkish|russian|ukrainian|serbian|croatian|slovenian|chinese|japanese|korean|vietnamese|thai|indian|pakistani|iranian|iraqi|israeli|egyptian|moroccan|nigerian|kenyan|ghanaian|ethiopian|south african|canadian|mexican|brazilian|argentinian|chilean|colombian|peruvian|australian|a new zealander|a kiwi|syrian|lebanese|afghan|filipino|indonesian|malaysian)$/i;

export const identity: Rule = (predicate, timing) => {
  const { verb, rest, tense, negative, over, subject } = predicate;
  if (verb === 'go' && tense === 'present' && /^by \p{Lu}/u.test(rest) && name.test(rest.slice(3)))
    return [draft('called', rest.slice(3), predicate)];
  if (verb === 'turn' && tense === 'past' && /^\d{1,3}$/.test(rest))
    return [draft('age', rest, predicate, { temporal: 'now', changed: true })];
  if (['go', 'turn', 'become'].includes(verb) && ['past', 'perfect'].includes(tense) && diets.test(rest))
    return [draft('diet', diets.exec(rest)![1]!, predicate, { temporal: 'now', changed: true })];
  if (verb === 'identify' && tense === 'present' && /^as /i.test(rest))
    return [draft('is', rest.slice(3), predicate)];
  if (verb === 'become' && ['past', 'perfect'].includes(tense) && !negative)
    return identity({ ...predicate, verb: 'be', tense: 'present', changed: true }, timing);
  if (verb !== 'be') return [];
  const [, side] = /^(?:an? |the )?(\p{Lu}[\p{L} ]{1,30}) (?:fan|supporter)$/u.exec(rest) ?? [];
  if (side && (tense === 'present' || tense === 'usedto')) return [draft('support', side, predicate)];
  const [, called] = /^(?:called|named|known as|nicknamed) (.+)$/i.exec(rest) ?? [];
  if (called && (tense === 'present' || tense === 'past' || tense === 'usedto'))
    return naming(called, predicate);
  if (/^born /i.test(rest) && tense === 'past') return birth(rest, predicate);
  if (!holds(predicate, timing)) return [];
  const [, age] = /^(?:an? )?(\d{1,3})(?:[- ]years?[- ]old| years of age| y\/?o)?$/i.exec(rest) ?? [];
  if (age && Number(age) < 130 && Number(age) > 0 && !negative) return [draft('age', age, predicate)];
  if (/^(?:an? )?(?:ex|former)[- ]smoker$/i.test(rest) && !negative)
    return [draft('smoke', '', predicate, { temporal: 'ending', changed: true })];
  if (/^(?:an? )?(?:non-?)?smoker$/i.test(rest))
    return [draft('smoke', '', predicate, { polarity: negative === /non/i.test(rest) ? 1 : -1 })];
  const diet = diets.exec(rest);
  if (diet) return [draft('diet', diet[1]!, predicate)];
  if (lasting.test(rest) || nationality.test(rest)) return [draft('is', rest, predicate)];
  const [, what] = /^an? (.+)$/i.exec(rest) ?? [];
  if (!what || isOccupation(what) || what.split(' ').length > 5 || negative || over || !names(what))
    return [];
  // "I'm a member of the chess club", "I'm a father of two".
  if (
    /^(?:proud )?(?:member|resident|citizen|native|fan|owner|mother|father|mum|mom|dad|parent|grandmother|grandfather|grandparent|uncle|aunt|godmother|godfather|twin|vegan|christian|believer|supporter|collector|volunteer|cyclist|runner|swimmer|climber|gamer|hiker|marathon runner|cat person|dog person|coffee drinker|tea drinker|heavy sleeper|light sleeper|beginner|native speaker|citizen)\b/i.test(
      what,
    )
  )
    return [draft('is', rest, predicate, subject === 'self' ? {} : { sure: 0.6 })];
  return [];
};

/** "I am called Kim", "my dog is called Rex". */
function naming(called: string, predicate: Parameters<Rule>[0]): Draft[] {
  const [, value = called, before] =
    /^(.+?)(?:,? (?:and )?(?:not|instead of|rather than|no longer) (.+))?$/i.exec(called) ?? [];
  if (!names(value) || value.split(' ').length > 4) return [];
  const animal = predicate.subject !== 'self';
  if (!animal && !name.test(value)) return [];
  return [
    draft('name', value.replace(/["“”']/g, ''), predicate, before ? { replaces: before, changed: true } : {}),
  ];
}

function birth(rest: string, predicate: Parameters<Rule>[0]): Draft[] {
  const [, when, not] = /^born (?:on |in )(.*?\d.*?)(?:,? (?:and )?not (?:on |in )?(.+))?$/i.exec(rest) ?? [];
  if (!when) return [];
  return [
    draft('birthday', when, predicate, { temporal: 'now', ...(not ? { replaces: not, changed: true } : {}) }),
  ];
}
