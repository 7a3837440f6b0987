/** A long talk of two people: 30 questions, each with the line that answers it, among 90 other lines. */
const told: readonly [speaker: 'Nora' | 'Ivan', line: string, question: string][] = [
  ['Nora', 'I finally adopted a greyhound called Pepper', "What is the name of Nora's dog?"],
  ['Ivan', 'My flight to Oslo leaves on the third of March', 'When does Ivan fly to Oslo?'],
  ['Nora', 'The dentist found two cavities, what a morning', 'What did the dentist tell Nora?'],
  ['Ivan', 'I started learning the cello after work', 'Which instrument is Ivan learning?'],
  ['Nora', 'My brother Teo opened a bakery in Porto', 'Where is the bakery of Teo?'],
  ['Ivan', 'I am allergic to walnuts, so no brownies for me', 'What is Ivan allergic to?'],
  ['Nora', 'We painted the kitchen a dark green', 'Which colour did Nora paint her kitchen?'],
  ['Ivan', 'The marathon took me four hours and ten minutes', 'How long did the marathon take Ivan?'],
  ['Nora', 'My favourite novel is still Middlemarch', 'What is the favourite novel of Nora?'],
  ['Ivan', 'I sold the motorbike to my neighbour', 'Who bought the motorbike from Ivan?'],
  ['Nora', 'My grandmother turns ninety in June', 'How old will the grandmother of Nora be?'],
  ['Ivan', 'The new flat is on the fifth floor without a lift', 'On which floor is the flat of Ivan?'],
  ['Nora', 'I quit the bank and joined a charity for refugees', 'Where does Nora work now?'],
  ['Ivan', 'I broke my wrist while skating', 'How did Ivan break his wrist?'],
  ['Nora', 'We planted six apple trees behind the house', 'How many apple trees did Nora plant?'],
  ['Ivan', 'My passport expires in November', 'When does the passport of Ivan expire?'],
  ['Nora', 'The choir sings Fauré at Easter', 'What does the choir of Nora sing?'],
  ['Ivan', 'I bake sourdough every Sunday', 'What does Ivan bake on Sunday?'],
  ['Nora', 'The boiler broke and the repair cost 800 euros', 'How much was the repair of the boiler?'],
  ['Ivan', 'My sister is expecting twins', 'Who is expecting twins?'],
  ['Nora', 'I lost my grey umbrella in the tram', 'Where did Nora lose her umbrella?'],
  ['Ivan', 'The telescope shows the rings of Saturn', 'What can Ivan see with the telescope?'],
  ['Nora', 'I gave up coffee for green tea', 'What does Nora drink in the place of coffee?'],
  ['Ivan', 'We camp at lake Bled in August', 'Where does Ivan camp in August?'],
  ['Nora', 'My thesis is about medieval bridges', 'What is the thesis of Nora about?'],
  ['Ivan', 'The cat hides under the sofa since the move', 'Where does the cat of Ivan hide?'],
  ['Nora', 'I won a voucher for a balloon ride', 'What did Nora win?'],
  ['Ivan', 'My old teacher Mr Kaplan retired last week', 'Who retired last week?'],
  ['Nora', 'The wedding is moved to the ninth of May', 'To which day is the wedding moved?'],
  ['Ivan', 'I signed up for a pottery course', 'Which course did Ivan sign up for?'],
];
const between = [
  ...['That sounds great, tell me more', 'Really? I did not expect that', 'How was your week otherwise?'],
  ...['It rained here all day long', 'Work has been busy as always', 'I had soup and bread for lunch'],
  ...['We should meet again soon', 'Haha, that is so like you', 'The trains were late once more'],
  ...['I slept badly last night', 'Did you watch the match?', 'The market was full of people'],
];

export const questions = told.map(([, line, question]) => ({ question, line }));
/** Ten lines a session, a session a day. */
export const lines = told.flatMap(([speaker, line], i) => [
  { speaker, text: line },
  ...[0, 1, 2].map((n) => ({
    speaker: (n + i) % 2 === 0 ? ('Ivan' as const) : ('Nora' as const),
    text: `${between[(3 * i + n) % between.length]}${n === 2 ? `, ${['dear', 'my friend', 'you know'][i % 3]}` : ''}`,
  })),
]);
