/** What a sentence wants, as far as that can be told without understanding it. */
import { isQuestion, wordsOf } from './words.js';

export type Intent =
  | 'greeting'
  | 'wellbeing'
  | 'thanks'
  | 'goodbye'
  | 'help'
  | 'identity'
  | 'recap'
  | 'assent'
  | 'feeling'
  | 'unclear'
  | 'question'
  | 'request'
  | 'statement';

const greetingWords =
  'hi|hiya|hello|helo|hey|heya|heyo|yo|howdy|greetings|ahoy|good (?:morning|afternoon|evening|day)|hola|bonjour|salut|hallo|ciao|hej|ola|olá|namaste|aloha|shalom|привет|здравствуйте|你好|您好|こんにちは|안녕하세요|안녕|مرحبا|سلام';
const greeting = new RegExp(
  `^(?:${greetingWords})(?![\\p{L}\\p{N}])[\\s,!.:~]*(?:(?:there|again|all|everyone|everybody|friend|mate|folks|you)(?![\\p{L}\\p{N}])[\\s,!.]*)*`,
  'iu',
);
const thanks =
  /^(?:(?:ok|okay|great|cool|perfect|nice|many|awesome)[\s,!]+)*(?:thanks|thank you|thank u|thx|tysm|ty|cheers|much appreciated|merci|gracias|danke|grazie|obrigad[oa]|спасибо|谢谢|ありがとう|감사합니다|شكرا)(?![\p{L}\p{N}])/iu;
const goodbye =
  /^(?:(?:ok|okay|well|thanks|alright)[\s,!]+)*(?:bye|bye bye|goodbye|good bye|good night|goodnight|see you|see ya|cya|farewell|take care|talk (?:to you )?later|adios|adiós|au revoir|tsch[uü]ss|arrivederci|пока|до свидания|再见|さようなら)(?![\p{L}\p{N}])/iu;
const wellbeing =
  /^(?:and )?(?:how (?:are|r) (?:you|u|things)|how(?:'?s| is) (?:it going|life|everything|your day)|how do you do|how have you been|what'?s up|sup)(?!\w)/i;
const help =
  /^\/?(?:help|commands|menu|usage)(?: me)?\W*$|\bwhat (?:can|could|do) (?:you|u) (?:actually )?do(?: for (?:me|us)| here)?\W*(?:$|[.!?])|\bhow (?:do|does|can|should) (?:you|this|i use (?:you|this)) ?(?:work)?\W*$|\bwhat (?:are you able to|commands|features)\b/i;
const identity =
  /\bwho (?:are|r) (?:you|u)\b|\bwhat (?:are|r) (?:you|u)\W*$|\byour name\b|\bintroduce yourself\b|\babout yourself\b|\bare you (?:(?:a|an|the) )?(?:bot|robot|human|real|ai|person|machine|chatbot|llm)\b|\bwhich (?:language )?model\b/i;
const recap =
  /^(?:so )?(?:what (?:did|have) (?:i|we) (?:just |already |ever )?(?:say|said|talk(?:ed)? about|tell you|told you|discuss(?:ed)?)(?: (?:before|earlier|so far|last time|to you|about))*\W*$|(?:do you remember|what do you (?:know|remember)|tell me what you (?:know|remember)|what have you learned)(?: (?:about )?(?:me|us|anything|of me))?\W*$|(?:please )?(?:recap|summari[sz]e)\b(?: (?:our|this|the) (?:chat|conversation|talk))?\W*$)/i;
const assent =
  /^(?:ok|okay|k|kk|yes|yeah|yep|yup|no|nope|nah|sure|fine|cool|nice|great|good|awesome|perfect|alright|right|got it|i see|understood|lol|haha+|hmm+|oh|wow|really|exactly|true|indeed)(?:[\s,!.]+(?:ok|okay|yes|yeah|then|thanks|good|great|cool|right|sure))*\W*$/i;
const request =
  /^(?:please )?(?:(?:can|could|would|will) you )?(?:please )?(?:write|translate|make|create|generate|draw|paint|code|program|explain|define|summari[sz]e|find|search|look up|google|book|order|send|draft|compose|play|sing|invent|imagine|design|recommend|suggest|describe|compare|calculate|convert|solve|give me|stop|quit|cancel|wait|go away)\b|^please\b|^(?:and |so )?(?:what (?:day|date) (?:was|will)\b|how (?:many \w+|long)(?: (?:is|are) (?:it|there|left))?(?: left)? (?:until|till|to|before|since)\b)/i;
const feeling =
  /^(?:i am|i['’]?m|i feel|i['’]?m feeling|feeling)(?: (?:so|very|really|just|a bit|quite|too|pretty))* (?:sad|unhappy|lonely|alone|tired|exhausted|depressed|anxious|scared|afraid|angry|upset|hurt|sick|ill|worried|stressed|bored|down|lost|miserable|desperate|heartbroken)\b/i;

/** @returns the greeting at its head, if any, and the rest without it. */
export function withoutGreeting(sentence: string, name: string): { greeted: boolean; rest: string } {
  const found = greeting.exec(sentence);
  if (!found) return { greeted: false, rest: sentence };
  let rest = sentence.slice(found[0].length).trim();
  const [first = ''] = name.split(/\s+/);
  for (const called of [name, first])
    if (called && rest.toLowerCase().startsWith(called.toLowerCase()))
      rest = rest.slice(called.length).replace(/^[\s,!.:]+/, '');
  return { greeted: true, rest: /[\p{L}\p{N}]/u.test(rest) ? rest : '' };
}

export function intentOf(sentence: string): Intent {
  if (!/[\p{L}\p{N}]/u.test(sentence)) return /\p{S}/u.test(sentence) ? 'assent' : 'unclear';
  if (thanks.test(sentence)) return 'thanks';
  if (goodbye.test(sentence)) return 'goodbye';
  if (wellbeing.test(sentence) && wordsOf(sentence).length <= 6) return 'wellbeing';
  if (help.test(sentence)) return 'help';
  if (identity.test(sentence)) return 'identity';
  if (recap.test(sentence)) return 'recap';
  if (assent.test(sentence)) return 'assent';
  if (request.test(sentence)) return 'request';
  if (feeling.test(sentence)) return 'feeling';
  return isQuestion(sentence) ? 'question' : 'statement';
}

/** Nothing but a greeting, and perhaps a question after someone's health. */
export function isGreeting(text: string): boolean {
  const { greeted, rest } = withoutGreeting(text, '');
  return greeted && (rest === '' || intentOf(rest) === 'wellbeing');
}
