/** The small words of each language that is told apart: they say which language a text is in, and little else. */

/** ISO 639-1. Their words are written in Latin letters, so that only the words tell them apart. */
export const latinLanguages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'da', 'no', 'fi'] as const;
export type LatinLanguage = (typeof latinLanguages)[number];

/** As `words.ts` cuts them: lower case, without accents. */
const listed: Record<LatinLanguage | 'ru' | 'ar', string> = {
  en:
    'a about after all also am an and any are as at be because been but by can could did do does doing don for ' +
    'from get had has have having he her here him his how i if in into is it its just know like ll m me more my ' +
    'no not now of on or our out re s she should so some t than that the their them then there these they this ' +
    'those to too up us ve very was we were what when where which who whom why will with would you your',
  de:
    'aber alle als also am an auch auf aus bei beim bin bis bist da dann das dass dein deine deinen dem den der des die ' +
    'dir doch du durch ein eine einem einen einer er es etwas euch fur gerade gern gestern habe haben hat hatte heisst heute ich ihm ' +
    'ihn ihr ihre im immer in ist ja jetzt kann kein keine man mehr mein meine meinem meinen meiner mich mir mit morgen muss ' +
    'nach nicht noch nur ob oder schon sehr seit sein seine sich sie sind so uber um und uns unser unsere vom von vor wann war waren ' +
    'warum was weil welche welchen welcher welches wem wen wenn wer werden wie wieder wir wird wo wohin woran zu zum zur',
  fr:
    'a ai alors as au aussi aux avec avoir beaucoup bien c ce cela ces cet cette comme comment d dans de des deux ' +
    'du elle elles en est et etait ete etre eu fait faut il ils j je jour l la le les leur leurs lui m ma mais me ' +
    'mes moi mon n ne nos notre nous on ont ou par pas peu plus pour pourquoi qu quand que quel quelle quels quelles ' +
    'qui quoi s sa sans se ses si son sont suis sur t ta te tes toi ton tous tout toute tres tu un une vers vos votre vous y',
  es:
    'a al algo anos ante antes asi aqui como con cual cuales cuando cuanto de del desde donde dos el ella ellas ellos en entre era ' +
    'es esa ese eso esta estaba estan estar este esto estos estoy fue fueron ha han hay he hasta la las le les lo los mas me ' +
    'mi mis mucho muy nada ni no nos nuestra nuestro o os otra otro para pero por porque que quien se ser si sin sobre ' +
    'son soy su sus tambien tan te tengo tiene todo todos tu tus un una unas uno unos y ya yo',
  it:
    'a abbiamo ad agli ai al alla alle allo anche ancora aveva avevo c che chi ci ciao come con cosa cui da dal dalla dei del della delle ' +
    'dello di dopo dov dove due e ed era ero fa gia gli ha hai hanno ho i il in io l la le lei li lo loro lui ma ' +
    'me mi mia mie miei mio molto ne nei nel nella no noi non nostra nostro o ogni per perche piu poi pero qual quale ' +
    'quali quando quanto quella quello questa questo qui se sei si siamo sono stato su sua sue sul sulla suo te ti tra tu tua tuo tutti ' +
    'tutto un una uno va vi',
  pt:
    'a ao aos as ate com como da das de dela dele depois do dos e ela elas ele eles em entre era essa esse esta ' +
    'estao estava este estou eu foi foram ha isso isto ja la lhe mais mas me meu meus minha minhas muito na nao ' +
    'nas nem nos nossa nosso num numa o onde os ou para pela pelo por porque qual quais quando que quem se sem ser seu ' +
    'seus so sobre sou sua suas tambem te tem tenho ter teu tua tudo um uma umas uns voce voces',
  nl:
    'aan al alles als altijd ben bent bij dan dat de deze die dit doen door dus een eens en er gaan gaat ge geen ' +
    'had heb hebben heeft heel hem het hier hij hoe hun ik in is ja je jij jouw kan me meer met mij mijn moet na ' +
    'naar niet niets nog nu of om omdat onder ons ook op over te tegen toch toen tot uit van veel voor waar waarom wanneer ' +
    'waren was wat we weer welk welke wel werd wie wij wil worden wordt zal ze zei zelf zich zij zijn zo zou',
  sv:
    'alla att av bara blev bli blir da de dem den deras det detta dig din dina ditt dom du efter eller en er ett fick ' +
    'finns for fran han hans har hade hon honom hur i igen inga inte jag kan kommer men mig min mina mitt mot mycket ' +
    'nar ni nagot nu och om oss pa sa sig sin sina sitt ska skulle som till under upp ut utan vad var vara varfor varit ' +
    'vart vem vi vid vilka vilken vilket ar',
  da:
    'ad af alle at blev bliver da de dem den denne der deres det dig din dine dit dog du efter eller en end er et for ' +
    'fra gik ham han hans har havde hende hendes her hun hvad hvem hver hvilken hvilket hvis hvor hvordan hvorfor hvornar i ikke ind ' +
    'jeg jer kan kom man med meget men mig min mine mit mod mange nar nej ned nogen nogle nu og ogsa om op os over pa ' +
    'sa selv sig sin sine sit skal skulle som sin til ud under var ved vi vil ville vore var',
  no:
    'alle at av ble bli blir da de deg den denne der deres det din ditt dine du eller en enn er et etter for fra ha ham han hans har ' +
    'hadde henne hennes her hun hva hvem hvilken hvilket hvis hvor hvordan hvorfor i ikke inn jeg kan kom man med meg men mer mye ' +
    'min mine mitt mot nar nei ned noe noen na nar og ogsa om opp oss over pa sa seg selv sin sine sitt skal skulle ' +
    'som til ut under var ved vi vil ville vart',
  fi:
    'ei eika eivat en ette etta han hanen hanella he heidan hyvin itse ja jo joka jonka jos jossa jota kaikki kanssa kenen kenella kuin kuka kuinka kun me meidan ' +
    'mika miksi milloin mina minka minulla minulle minun missa mista mita mitka mukaan mutta myos ne niin nyt ole olen olet oli olin olivat ollut on ' +
    'ovat sen se sina sinulla sinun siella siina sitten tai taalla tama tan tassa te teidan tuo vain viela vai voi',
  ru:
    'а без более бы был была были было быть в вам вас весь во вот все вы где да даже для до его ее если есть еще ' +
    'же за и из или им их к как какая какие какой какую когда кого кому кто ли меня мне мои мой моя моего моей мою мы на над нам нас наш не ' +
    'него нее нет ни но ну о об он она они оно от очень по под при с свой себя со так там тебе тебя то тогда тоже ' +
    'только том ты твой твоя у уже чем что чтобы чье эта эти это этот я',
  // Without what `arabic.ts` cuts off.
  ar:
    'في من على الى عن ان هو هي هم انا انت نحن كان كانت ما ماذا متى اين كيف لماذا هل هذا هذه ذلك تلك الذي التي مع بعد ' +
    'قبل كل لا لم لن قد ثم او و لي له لها لك عند عندي بين حتى اذا لكن ليس اي ايضا جدا كم يا',
};

const bit = new Map(Object.keys(listed).map((language, i) => [language, 1 << i]));

/** Of each word, the languages whose function word it is, a bit each. */
const owners = new Map<string, number>();
for (const [language, words] of Object.entries(listed))
  for (const word of words.split(' ')) owners.set(word, (owners.get(word) ?? 0) | bit.get(language)!);

const bits = latinLanguages.map((language) => bit.get(language)!);
const english = bit.get('en')!;

/** Whether the word is a function word of one of the languages. */
export function isFunctionWord(word: string, languages: readonly string[]): boolean {
  const owned = owners.get(word);
  return owned !== undefined && languages.some((language) => ((bit.get(language) ?? 0) & owned) !== 0);
}

/** Whether one of the words is a function word, but not an English one: a quick look that answers for most texts. */
export function hasForeignWord(words: readonly string[]): boolean {
  for (const word of words) {
    const owned = owners.get(word);
    if (owned !== undefined && (owned & english) === 0) return true;
  }
  return false;
}

/** How many of the words are function words of each of `latinLanguages`. */
export function countsOf(words: readonly string[]): number[] {
  const counts = bits.map(() => 0);
  for (const word of words) {
    const owned = owners.get(word);
    if (owned === undefined) continue;
    for (let i = 0; i < bits.length; i++) if ((owned & bits[i]!) !== 0) counts[i]!++;
  }
  return counts;
}
