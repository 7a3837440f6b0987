/** Forms of the verbs that lasting statements are made with. */

export type Form = 'base' | 'third' | 'past' | 'participle' | 'ing';

/** Each with its past and participle where these are irregular. */
const irregular: Record<string, [past: string, participle: string]> = {
  eat: ['ate', 'eaten'],
  drink: ['drank', 'drunk'],
  drive: ['drove', 'driven'],
  speak: ['spoke', 'spoken'],
  run: ['ran', 'run'],
  swim: ['swam', 'swum'],
  ride: ['rode', 'ridden'],
  teach: ['taught', 'taught'],
  read: ['read', 'read'],
  write: ['wrote', 'written'],
  wear: ['wore', 'worn'],
  take: ['took', 'taken'],
  sing: ['sang', 'sung'],
  knit: ['knitted', 'knitted'],
  lead: ['led', 'led'],
  go: ['went', 'gone'],
  come: ['came', 'come'],
  get: ['got', 'gotten'],
  have: ['had', 'had'],
  do: ['did', 'done'],
  keep: ['kept', 'kept'],
  buy: ['bought', 'bought'],
  sell: ['sold', 'sold'],
  give: ['gave', 'given'],
  lose: ['lost', 'lost'],
  leave: ['left', 'left'],
  quit: ['quit', 'quit'],
  grow: ['grew', 'grown'],
  become: ['became', 'become'],
  break: ['broke', 'broken'],
  split: ['split', 'split'],
  find: ['found', 'found'],
  fall: ['fell', 'fallen'],
  throw: ['threw', 'thrown'],
  stand: ['stood', 'stood'],
  bear: ['bore', 'borne'],
  begin: ['began', 'begun'],
  say: ['said', 'said'],
  pay: ['paid', 'paid'],
  fly: ['flew', 'flown'],
  meet: ['met', 'met'],
  sleep: ['slept', 'slept'],
  wake: ['woke', 'woken'],
  steal: ['stole', 'stolen'],
  let: ['let', 'let'],
  put: ['put', 'put'],
  die: ['died', 'died'],
  hold: ['held', 'held'],
  spend: ['spent', 'spent'],
  build: ['built', 'built'],
  sit: ['sat', 'sat'],
  draw: ['drew', 'drawn'],
  win: ['won', 'won'],
  dye: ['dyed', 'dyed'],
};

const regular = [
  ...[
    'live',
    'reside',
    'stay',
    'move',
    'relocate',
    'settle',
    'rent',
    'share',
    'work',
    'join',
    'start',
    'retire',
  ],
  ...[
    'resign',
    'like',
    'love',
    'adore',
    'enjoy',
    'prefer',
    'hate',
    'dislike',
    'detest',
    'loathe',
    'own',
    'possess',
  ],
  ...[
    'adopt',
    'acquire',
    'purchase',
    'donate',
    'return',
    'scrap',
    'trade',
    'swap',
    'replace',
    'switch',
    'change',
  ],
  ...[
    'smoke',
    'vape',
    'play',
    'use',
    'study',
    'learn',
    'practise',
    'practice',
    'train',
    'cycle',
    'attend',
    'collect',
  ],
  ...[
    'watch',
    'listen',
    'support',
    'follow',
    'vote',
    'commute',
    'belong',
    'volunteer',
    'bake',
    'cook',
    'dance',
  ],
  ...[
    'paint',
    'code',
    'program',
    'manage',
    'earn',
    'subscribe',
    'marry',
    'date',
    'separate',
    'divorce',
    'turn',
  ],
  ...[
    'rename',
    'call',
    'name',
    'cancel',
    'delete',
    'stop',
    'close',
    'graduate',
    'finish',
    'drop',
    'visit',
    'travel',
  ],
  ...[
    'pass',
    'celebrate',
    'identify',
    'consider',
    'need',
    'want',
    'plan',
    'hope',
    'avoid',
    'skip',
    'miss',
    'end',
  ],
  ...[
    'outgrow',
    'despise',
    'fancy',
    'favour',
    'favor',
    'appreciate',
    'walk',
    'climb',
    'hike',
    'surf',
    'ski',
    'fish',
  ],
  ...[
    'garden',
    'sew',
    'juggle',
    'meditate',
    'jog',
    'lift',
    'row',
    'box',
    'sail',
    'dive',
    'gamble',
    'study',
    'major',
  ],
  ...['specialise', 'specialize', 'freelance', 'report', 'ditch', 'dump', 'upgrade', 'downgrade', 'exchange'],
  ...[
    'transfer',
    'promote',
    'lay',
    'fire',
    'convert',
    'root',
    'foster',
    'breed',
    'raise',
    'crash',
    'total',
    'invest',
  ],
  ...[
    'expect',
    'cut',
    'abandon',
    'terminate',
    'uninstall',
    'unsubscribe',
    'migrate',
    'shift',
    'register',
    'enrol',
    'hand',
    'increase',
    'rise',
    'weigh',
    'retrain',
    'rehome',
  ],
];

const forms = new Map<string, { verb: string; form: Form }>();

function add(word: string, verb: string, form: Form): void {
  if (!forms.has(word)) forms.set(word, { verb, form });
}

for (const verb of [...Object.keys(irregular), ...regular]) {
  const [past, participle] = irregular[verb] ?? [pastOf(verb), pastOf(verb)];
  add(verb, verb, 'base');
  add(
    /(?:[sxz]|ch|sh|[^u]o)$/.test(verb) ? `${verb}es` : verb.replace(/([^aeiou])y$/, '$1ie').concat('s'),
    verb,
    'third',
  );
  add(past, verb, 'past');
  add(participle, verb, 'participle');
  for (const ing of ingsOf(verb)) add(ing, verb, 'ing');
}
add('has', 'have', 'third');
add('sewn', 'sew', 'participle');
add('laid', 'lay', 'past');
add('cancelled', 'cancel', 'past');
add('cancelling', 'cancel', 'ing');
add('travelled', 'travel', 'past');
add('travelling', 'travel', 'ing');
add('enrolled', 'enrol', 'past');
add('enroll', 'enrol', 'base');

function doubles(verb: string): boolean {
  return (
    /^[^aeiou]*[aeiou][bdgklmnprt]$/.test(verb) ||
    ['prefer', 'transfer', 'begin', 'quit', 'program'].includes(verb)
  );
}

function pastOf(verb: string): string {
  if (verb.endsWith('e')) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`;
  return doubles(verb) ? `${verb}${verb.at(-1)}ed` : `${verb}ed`;
}

function ingsOf(verb: string): string[] {
  if (verb.endsWith('ie')) return [`${verb.slice(0, -2)}ying`];
  if (verb.endsWith('e')) return [`${verb.slice(0, -1)}ing`];
  return doubles(verb) ? [`${verb}${verb.at(-1)}ing`] : [`${verb}ing`];
}

/** The verb and its form, or null where the word is none of the listed. Lower case. */
export function verbOf(word: string): { verb: string; form: Form } | null {
  return forms.get(word) ?? null;
}
