/** Words as the index has them, and as a question looks for them. */
import { describe, expect, it } from 'vitest';
import { languageOf, soughtTerms, tellingTerms, termsOf } from '../../src/store/words.js';

/** Whether a question's words are among those of what was said. */
function finds(asked: string, said: string): boolean {
  const there = new Set(termsOf(said));
  return soughtTerms(asked).some((term) => there.has(term));
}

describe('words of a text', () => {
  it.each([
    ['猫', '我有一只猫'],
    ['猫', '我有一隻貓和一只猫'],
    ['犬は？', 'うちに犬がいます'],
    ['책', '책을 읽었어요'],
    ['我的猫呢？', '我有一只猫'],
  ])('[memory.6] has single letters that are words: %s in %s', (asked, said) => {
    expect(finds(asked, said)).toBe(true);
  });

  it.each([
    ['office finance', 'oﬃce ﬁnance'],
    ['oﬃce', 'the office'],
    ['ＡＢＣ１２３', 'abc123'],
    ['㍻', '平成'],
    ['Zusammenhang', 'Zu\u00adsammen\u00adhang'],
    ['ｶﾞﾗｽ', 'ガラスの靴'],
    ['٤٧١١', 'pin 4711'],
    ['Strasse', 'Straße'],
    ['cafe', 'the café'],
  ])('[knowledge.2] are the same in every form of their letters: %s, %s', (asked, said) => {
    expect(finds(asked, said)).toBe(true);
    expect(finds(said, asked)).toBe(true);
  });

  it.each([
    ['ABC-358', 'ticket ABC-358 is open'],
    ["don't", "I don't know"],
    ['don’t', "I don't know"],
    ['C++', 'we write C++ here'],
    ['C#', 'and C# there'],
    ['ubuntu 20.04', 'it runs Ubuntu 20.04'],
    ['AND', 'this and that'],
    ['text:x', 'a text of x'],
    ['NOT NEAR(', 'not near'],
    ['*', '"'],
  ])('[knowledge.21] are plain words whatever stands around them: %s', (asked, said) => {
    expect(finds(asked, said)).toBe(/\p{L}/u.test(asked));
  });

  it.each(['', '"', '(', "'", '*', '- -', '\u0000', '\ud83d'])(
    '[knowledge.21] are none where there are none: %j',
    (text) => {
      expect(soughtTerms(text)).toEqual([]);
    },
  );

  it('[knowledge.21] tell C++ and C# from C, and A+ from A', () => {
    expect(termsOf('C, C++, C#, C++17 and C/C++; A+')).toEqual([
      ...['c', 'c++', 'c#', 'c++', '17', 'and', 'c', 'c++', 'a+'],
    ]);
    expect(finds('C', 'we write C++ here')).toBe(false);
    expect(finds('C++', 'we write C here')).toBe(false);
    expect(finds('c++?', 'größer als C++!')).toBe(true);
    // Sums and anchors are none of them.
    expect(termsOf('2+2, x+y, page#part, #5')).toEqual(['2', '2', 'x', 'y', 'page', 'part', '5']);
  });

  it.each([
    ['Welche Katze?', 'Die Katzen sind im Garten und ich bin müde.'],
    ['¿Qué información tienes de los perros?', 'Las informaciones sobre mi perro son de la clínica.'],
    ['Où sont les voitures ?', 'Ma voiture est dans le garage.'],
    ['Dove lavora mia sorella?', 'Le mie sorelle lavorano a Torino.'],
    ['Quais são as reuniões?', 'A reunião com o chefe foi na sexta.'],
    ['Waar zijn mijn boeken?', 'Het boek is bij de bakker en ik ben er niet.'],
    ['Как зовут мою собаку?', 'У нас две собаки.'],
    ['أين الكتاب؟', 'وضعت كتابي على الطاولة'],
  ])('are found in another form: %s', (asked, said) => {
    expect(finds(asked, said)).toBe(true);
  });

  it('of a question in no clear language are looked for in all of them', () => {
    expect(finds('Katze', 'Die Katzen sind im Garten und ich bin müde.')).toBe(true);
    expect(finds('Katzen', 'Rex, Katzen, Hunde')).toBe(true);
    expect(soughtTerms('information '.repeat(3) + 'abcdefghij'.split('').join('xyz ')).length).toBeLessThan(
      100,
    );
  });

  it('that say nothing count only where there are no others, in each language', () => {
    expect(tellingTerms('Wie heißt denn mein Hund?')).toEqual(['denn', 'hund']);
    expect(tellingTerms('what is my dog called?')).toEqual(['call', 'dog']);
    // A small word of Danish and of French.
    expect(tellingTerms('my dog')).toEqual(['dog']);
    expect(soughtTerms('forget my son')).toEqual(['forget', 'son']);
    expect(tellingTerms('what is it?')).toEqual(['what', 'is', 'it']);
  });
});

describe('the language of a text', () => {
  it.each([
    ['My dog is called Biscuit.', 'en'],
    ['Biscuit', 'en'],
    ['Off to Las Vegas and Los Angeles!', 'en'],
    ['Mein Hund heißt Rex.', 'de'],
    ['Où est la gare ?', 'fr'],
    ['¿Dónde están mis llaves?', 'es'],
    ['Dove sono le mie chiavi?', 'it'],
    ['Onde estão as minhas chaves?', 'pt'],
    ['Waar heb ik mijn sleutels gelaten?', 'nl'],
    ['Missä minun avaimet ovat?', 'fi'],
    ['私は猫が好きです', 'ja'],
    ['我有一只猫', 'zh'],
    ['고양이가 있어요', 'ko'],
    ['عندي قطة', 'ar'],
    ['Где мои ключи?', 'ru'],
    ['my friend says 你好', 'en'],
    ['4711 👍', 'und'],
    ['', 'und'],
  ])('%s: %s', (text, language) => {
    expect(languageOf(text)).toBe(language);
  });
});
