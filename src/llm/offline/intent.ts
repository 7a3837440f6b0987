/** What a sentence wants, as far as that can be told without understanding it. */
import { isQuestion } from './words.js';

const greetingWords =
  'hi|hiya|hello|helo|hey|heya|heyo|yo|howdy|greetings|ahoy|good (?:morning|afternoon|evening|day)|hola|bonjour|salut|hallo|ciao|hej|ola|olá|namaste|aloha|shalom|привет|здравствуйте|你好|您好|こんにちは|안녕하세요|안녕|مرحبا|سلام';
const greeting = new RegExp(
  `^(?:${greetingWords})(?![\\p{L}\\p{N}])[\\s,!.:~]*(?:(?:there|again|all|everyone|everybody|friend|mate|folks|you)(?![\\p{L}\\p{N}])[\\s,!.]*)*`,
  'iu',
);
/** The first that fits decides. */
const patterns = {
  thanks:
    /^(?:(?:ok|okay|great|cool|perfect|nice|many|awesome)[\s,!]+)*(?:thanks|thank you|thank u|thx|tysm|ty|cheers|much appreciated|merci|gracias|danke|grazie|obrigad[oa]|спасибо|谢谢|ありがとう|감사합니다|شكرا)(?![\p{L}\p{N}])/iu,
  goodbye:
    /^(?:(?:ok|okay|well|thanks|alright)[\s,!]+)*(?:bye|bye bye|goodbye|good bye|good night|goodnight|see you|see ya|cya|farewell|take care|talk (?:to you )?later|adios|adiós|au revoir|tsch[uü]ss|arrivederci|пока|до свидания|再见|さようなら)(?![\p{L}\p{N}])/iu,
  wellbeing:
    /^(?:and )?(?:how (?:are|r) (?:you|u|things)|how(?:'?s| is) (?:it going|life|everything|your day)|how do you do|how have you been|what'?s up|sup)(?!\w)(?:\W+\w+){0,3}\W*$/i,
  help: /^\/?(?:(?:can|could) you |please )*(?:help|commands|menu|usage)(?: me)?\W*$|\bwhat (?:can|could|do) (?:you|u) (?:actually )?do(?: for (?:me|us)| here)?\W*(?:$|[.!?])|\bhow (?:do|does|can|should) (?:you|this|i use (?:you|this)) ?(?:work)?\W*$|\bwhat (?:are you able to|commands|features)\b/i,
  identity:
    /\bwho (?:are|r) (?:you|u)\b|\bwhat (?:are|r) (?:you|u)\W*$|\byour name\b|\bintroduce yourself\b|\babout yourself\b|\bare you (?:(?:a|an|the) )?(?:bot|robot|human|real|ai|person|machine|chatbot|llm)\b|\bwhich (?:language )?model\b/i,
  recap:
    /^(?:so )?(?:what (?:did|have) (?:i|we) (?:just |already |ever )?(?:say|said|talk(?:ed)? about|tell you|told you|discuss(?:ed)?)(?: (?:before|earlier|so far|last time|to you|about))*\W*$|(?:do you remember|what do you (?:know|remember)|tell me what you (?:know|remember)|what have you learned)(?: (?:about )?(?:me|us|anything|of me))?\W*$|(?:please )?(?:recap|summari[sz]e)\b(?: (?:our|this|the) (?:chat|conversation|talk))?\W*$)/i,
  assent:
    /^(?:ok|okay|k|kk|yes|yeah|yep|yup|no|nope|nah|sure|fine|cool|nice|great|good|awesome|perfect|alright|right|got it|i see|understood|lol|haha+|hmm+|oh|wow|really|exactly|true|indeed)(?:[\s,!.]+(?:ok|okay|yes|yeah|then|thanks|good|great|cool|right|sure))*\W*$/i,
  request:
    /^(?:please )?(?:(?:can|could|would|will) you )?(?:please )?(?:write|translate|make|create|generate|draw|paint|code|program|explain|define|summari[sz]e|find|search|look up|google|book|order|send|draft|compose|play|sing|invent|imagine|design|recommend|suggest|describe|compare|calculate|convert|solve|give me|tell (?:me|us) an?|stop|quit|cancel|wait|leave|go away|shut up|be quiet)\b|^please\b|^(?:can|could|would|will) you (?!remember|recall|tell|say)\w|^(?:and |so )?(?:what (?:day|date) (?:was|will)\b|how (?:many \w+|long)(?: (?:is|are) (?:it|there|left))?(?: left)? (?:until|till|to|before|since)\b)/i,
  feeling:
    /^(?:i am|i['’]?m|i feel|i['’]?m feeling|feeling)(?: (?:so|very|really|just|a bit|quite|too|pretty))* (?:sad|unhappy|lonely|alone|tired|exhausted|depressed|anxious|scared|afraid|angry|upset|hurt|sick|ill|worried|stressed|bored|down|lost|miserable|desperate|heartbroken)\b/i,
};

export type Intent = keyof typeof patterns | 'unclear' | 'question' | 'statement';

/** @returns the greeting at its head, if any, and the rest without it. */
export function withoutGreeting(sentence: string, name: string): { greeted: boolean; rest: string } {
  const found = greeting.exec(sentence);
  if (!found) return { greeted: false, rest: sentence };
  let rest = sentence.slice(found[0].length).trim();
  for (const called of [name, name.split(/\s/, 1)[0]!])
    if (called && rest.toLowerCase().startsWith(called.toLowerCase()))
      rest = rest.slice(called.length).replace(/^[\s,!.:]+/, '');
  return { greeted: true, rest: /[\p{L}\p{N}]/u.test(rest) ? rest : '' };
}

export function intentOf(sentence: string): Intent {
  if (!/[\p{L}\p{N}]/u.test(sentence)) return /\p{S}/u.test(sentence) ? 'assent' : 'unclear';
  for (const [intent, pattern] of Object.entries(patterns))
    if (pattern.test(sentence)) return intent as Intent;
  return isQuestion(sentence) ? 'question' : 'statement';
}

/** Nothing but a greeting, and perhaps a question after someone's health. */
export function isGreeting(text: string): boolean {
  const { greeted, rest } = withoutGreeting(text, '');
  return greeted && (rest === '' || intentOf(rest) === 'wellbeing');
}
