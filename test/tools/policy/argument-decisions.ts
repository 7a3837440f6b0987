/** Decisions of the policy by what a call's arguments are. */
import type { Constraint } from '../../../src/core/policy-rules.js';
import { allowAll, type Decision, type Rules } from './decisions.js';

const payUpTo: Rules = [{ effect: 'allow', tool: 'mcp:*', arguments: { amount: { most: 100 } } }];
const noBig: Rules = [...allowAll, { effect: 'deny', arguments: { amount: { least: 1000 } } }];
const knownPeople: Rules = [
  { effect: 'allow', arguments: { 'to[*]': { oneOf: ['ann@a.example', 'bob@a.example'] } } },
];
const noEvil: Rules = [
  ...allowAll,
  { effect: 'deny', arguments: { 'to[*].mail': { pattern: '*@evil.example' } } },
];

export const argumentDecisions: Decision[] = [
  { what: 'a number within', rules: payUpTo, call: { with: { amount: 100 } }, is: 'allow' },
  { what: 'a number beyond', rules: payUpTo, call: { with: { amount: 100.01 } }, is: 'ask' },
  { what: 'no number', rules: payUpTo, call: { with: {} }, is: 'ask' },
  { what: 'a text for a number, allowed', rules: payUpTo, call: { with: { amount: '5' } }, is: 'ask' },
  { what: 'a text for a number, denied', rules: noBig, call: { with: { amount: '5000' } }, is: 'deny' },
  { what: 'what is no number, denied', rules: noBig, call: { with: { amount: ['1'] } }, is: 'deny' },
  { what: 'a small number', rules: noBig, call: { with: { amount: 999 } }, is: 'allow' },
  {
    what: 'as the tool takes it, it is too much',
    rules: noBig,
    call: { with: {}, taken: { amount: 5000 } },
    is: 'deny',
  },
  {
    what: 'as the tool takes it, it is not allowed',
    rules: payUpTo,
    call: { with: { amount: 5 }, taken: { amount: 500 } },
    is: 'ask',
  },
  {
    what: 'equal',
    rules: [{ effect: 'allow', arguments: { mode: { equals: 'read' } } }],
    call: { with: { mode: 'read' } },
    is: 'allow',
  },
  {
    what: 'equal but for its case, allowed',
    rules: [{ effect: 'allow', arguments: { mode: { equals: 'read' } } }],
    call: { with: { mode: 'READ' } },
    is: 'ask',
  },
  {
    what: 'equal but for its case, denied',
    rules: [...allowAll, { effect: 'deny', arguments: { mode: { equals: 'write' } } }],
    call: { with: { mode: 'Write' } },
    is: 'deny',
  },
  {
    what: 'all of a list',
    rules: knownPeople,
    call: { with: { to: ['ann@a.example', 'bob@a.example'] } },
    is: 'allow',
  },
  {
    what: 'one of a list is not',
    rules: knownPeople,
    call: { with: { to: ['ann@a.example', 'eve@evil.example'] } },
    is: 'ask',
  },
  { what: 'an empty list', rules: knownPeople, call: { with: { to: [] } }, is: 'ask' },
  {
    what: 'one in a list of objects',
    rules: noEvil,
    call: { with: { to: [{ mail: 'a@b.example' }, { mail: 'x@EVIL.example' }] } },
    is: 'deny',
  },
  {
    what: 'none in a list of objects',
    rules: noEvil,
    call: { with: { to: [{ mail: 'a@b.example' }] } },
    is: 'allow',
  },
  {
    what: 'none of those known',
    rules: [...allowAll, { effect: 'ask', arguments: { to: { noneOf: ['ann', 'bob'] } } }],
    call: { with: { to: 'eve' } },
    is: 'ask',
  },
  {
    what: 'one of those known',
    rules: [...allowAll, { effect: 'ask', arguments: { to: { noneOf: ['ann', 'bob'] } } }],
    call: { with: { to: 'ann' } },
    is: 'allow',
  },
  {
    what: 'too long',
    rules: [...allowAll, { effect: 'ask', arguments: { text: { shortest: 11 } } }],
    call: { with: { text: 'eleven char' } },
    is: 'ask',
  },
  {
    what: 'characters, not halves of them',
    rules: [{ effect: 'allow', arguments: { text: { longest: 2 } } }],
    call: { with: { text: '👍👍' } },
    is: 'allow',
  },
  {
    what: 'there at all',
    rules: [...allowAll, { effect: 'deny', arguments: { force: { present: true } } }],
    call: { with: { force: false } },
    is: 'deny',
  },
  {
    what: 'not there',
    rules: [{ effect: 'allow', arguments: { force: { present: false } } }],
    call: { with: {} },
    is: 'allow',
  },
  {
    what: 'a path that leads through a text',
    rules: [...allowAll, { effect: 'deny', arguments: { 'a.length': { least: 0 } } }],
    call: { with: { a: 'text' } },
    is: 'allow',
  },
  {
    what: 'nothing is inherited',
    rules: [{ effect: 'allow', arguments: { constructor: { present: true } } }],
    call: { with: {} },
    is: 'ask',
  },
  {
    what: 'an entry by its number',
    rules: [...allowAll, { effect: 'deny', arguments: { 'rows[1].id': { equals: 7 } } }],
    call: { with: { rows: [{ id: 1 }, { id: 7 }] } },
    is: 'deny',
  },
  {
    what: 'two constraints, one fails',
    rules: [{ effect: 'allow', arguments: { a: { equals: 1 }, b: { equals: 2 } } }],
    call: { with: { a: 1, b: 3 } },
    is: 'ask',
  },
  {
    what: 'a flag of the model has no effect',
    call: { with: { _approved: true, approved: true } },
    is: 'ask',
  },
  ...oddlyWritten(),
];

/** What is denied, or allowed, of `to` is so however a model writes it. */
function oddlyWritten(): Decision[] {
  const evil = 'evil@x.example';
  const noEvilAt = (path: string, said: Constraint): Rules => [
    ...allowAll,
    { effect: 'deny', arguments: { [path]: said } },
  ];
  const denied: [string, string, Constraint, unknown][] = [
    ['a list in the place of a text', 'to', { equals: evil }, { to: [evil] }],
    ['a list in the place of one of several', 'to', { oneOf: [evil] }, { to: ['ann', evil] }],
    ['a list in the place of a thing', 'to.mail', { pattern: '*@x.example' }, { to: [{ mail: evil }] }],
    ['a thing in the place of a list', 'to[*].mail', { pattern: '*@x.example' }, { to: { mail: evil } }],
    ['a text in the place of a list', 'to[*]', { equals: evil }, { to: evil }],
    ['lists in lists', 'to.mail', { equals: evil }, { to: [[{ mail: evil }]] }],
    ['the first of one', 'to[0]', { equals: evil }, { to: evil }],
    ['blanks around it', 'to', { equals: evil }, { to: ` ${evil}\n` }],
    ['an invisible sign', 'to', { equals: evil }, { to: 'ev\u200bil@x.example' }],
    ['an invisible sign in a pattern', 'to', { pattern: 'evil@*' }, { to: 'ev\u00adil@x.example' }],
    ['wide letters', 'to', { pattern: 'evil@*' }, { to: 'ｅｖｉｌ@x.example' }],
    ['wide digits', 'amount', { least: 1000 }, { amount: '５０００' }],
    ['nothing where something must be', 'ticket', { present: false }, { ticket: null }],
  ];
  const unsure: [string, string, Constraint, unknown][] = [
    ['a list that has what is excepted', 'to', { noneOf: [evil] }, { to: [evil] }],
    ['wide letters of what is excepted', 'to', { noneOf: [evil] }, { to: 'ＥＶＩＬ@x.example' }],
    ['nothing in the place of something', 'ticket', { present: true }, { ticket: null }],
    ['a thing in the place of a list', 'to[*].mail', { equals: 'ann' }, { to: { mail: 'ann' } }],
  ];
  return [
    ...denied.map(
      ([what, path, said, written]): Decision => ({
        what: `${what}, denied`,
        rules: noEvilAt(path, said),
        call: { with: written as never },
        is: 'deny',
      }),
    ),
    ...unsure.map(
      ([what, path, said, written]): Decision => ({
        what: `${what}, allowed`,
        rules: [{ effect: 'allow', arguments: { [path]: said } }],
        call: { with: written as never },
        is: 'ask',
      }),
    ),
    ...(
      [
        ['the name of a tool in another case', { tool: 'mcp:files:Read_*' }],
        ['a person in another case', { person: 'chat/acme:Ann' }],
        ['a place in another case', { place: 'Chat/acme/talk' }],
      ] as const
    ).flatMap(([what, about]): Decision[] => [
      { what: `${what}, denied`, rules: [...allowAll, { effect: 'deny', ...about }], is: 'deny' },
      { what: `${what}, allowed`, rules: [{ effect: 'allow', ...about }], is: 'ask' },
    ]),
  ];
}
