/** Which attributes have one value at a time, and which of these change in a life. */

const changing = new Set([
  'home',
  'employer',
  'called',
  'salary',
  'rent',
  'diet',
  'relationship',
  'age',
  'address',
]);
/** One for life, or given by somebody else: two of them are a contradiction. */
const lasting = new Set([
  'birthday',
  'birthplace',
  'origin',
  'name',
  'surname',
  'first name',
  'partner',
  'blood type',
  'star sign',
  'mother tongue',
  'native language',
  'first language',
  'date of birth',
  'birth date',
  'birthdate',
]);
const nouns =
  /(?:^|\s)(?:number|phone|telephone|email|e-mail|mail|address|salary|pay|wage|income|rent|size|weight|height|boss|manager|time ?zone|budget|team|handle|username|postcode|zip code|bank|doctor|dentist|landlord|appointment|class|lesson|meeting|flight|shift|schedule|deadline|pronoun|desk|office|password manager|editor|browser|operating system|os|provider|plate|standup|interview|exam|wedding|room|employer|nickname)$|^favourite /;
/** Mostly one at a time: words of change say that it is another one now. */
const usual = new Set([
  'drive',
  'ride',
  'study',
  'support',
  'job',
  'works in',
  'works',
  'plan',
  'goal',
  'hobby',
  'school',
  'university',
  'college',
  'major',
  'subject',
  'commute',
  'lives with',
  'is',
  'rent',
  'root',
  'title',
  'landlord',
  'uses',
]);

/** `one`: a later value takes the place of the earlier one. `fixed`: two are disputed. `usual`: `one` where the words say that it changed. */
export function valuesOf(subject: string, attribute: string): 'one' | 'fixed' | 'usual' | 'many' {
  if (subject !== 'self' && attribute !== 'age' && (changing.has(attribute) || lasting.has(attribute)))
    return 'fixed';
  if (changing.has(attribute) || nouns.test(attribute)) return 'one';
  if (lasting.has(attribute)) return 'fixed';
  return attribute !== 'is' && attribute !== 'uses' && usual.has(attribute) ? 'usual' : 'many';
}

const synonyms: [RegExp, string][] = [
  [/^e-?mail(?: address)?$|^mail address$/, 'email'],
  [
    /^(?:(?:mobile|cell|tele)?phone |mobile |cell )?(?:number|phone|telephone)$|^phone number$|^mobile number$|^telephone$/,
    'phone number',
  ],
  [/^(?:pay|wage|income|annual salary|yearly salary|monthly salary)$/, 'salary'],
  [/^manager$/, 'boss'],
  [/^job title$/, 'job'],
  [/^(?:last|family|second) name$/, 'surname'],
  [/^(?:given|christian) name$/, 'first name'],
  [/^(?:date of birth|birth ?date)$/, 'birthday'],
  [/^(?:monthly )?rent$/, 'rent'],
];

/** One word for what several mean. */
export function attributeOf(noun: string): string {
  return synonyms.find(([words]) => words.test(noun))?.[1] ?? noun;
}
