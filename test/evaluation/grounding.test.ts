import { describe, expect, it } from 'vitest';
import { unfounded } from '../../src/evaluation/grounding.js';

const given = [
  'Returns: you may return goods within thirty days. Shipping costs €4.90, and 1.250,00 EUR is the most we refund.',
  'The shop was founded by Maria Keller on 3 May 2014. She wrote: "Nothing leaves this house unchecked."',
  'Write to help@shop.example or see https://shop.example/returns. Order 10,450 of Bob Smith arrived on 2024-06-07.',
];
const at = Date.UTC(2026, 2, 14, 12);
const kinds = (reply: string) => unfounded(reply, given, [at]).map(({ kind, what }) => `${kind}: ${what}`);

describe('what a reply states', () => {
  it.each([
    'You have 30 days, and shipping is 4,90 €.',
    'At most 1250 euros are refunded.',
    'Maria Keller founded it on May 3, 2014 (03.05.2014).',
    'She wrote “nothing leaves this house unchecked”.',
    'Your order 10450 came on June 7th. Write to help@shop.example, or see <https://shop.example/returns>.',
    'There are two ways:\n1. Send it back.\n2. Bring it.\n3. Keep it [1].',
    'Today is 14 March 2026, a Saturday.',
    'I do not know. Please ask Mr. Smith.',
    'Next Steps:\n**Return Label** is what you need.\nOur Customer Service can help',
    'Guten Tag! Das Team der Firma prüft Ihre Anfrage und die Rückgabe Ihrer Ware in den nächsten Tagen.',
  ])('may stand in other words in what was given: %s', (reply) => {
    expect(kinds(reply)).toEqual([]);
  });

  it.each([
    ['You have 90 days.', 'number: 90'],
    ['You have 5 days.', 'number: 5'],
    ['It costs $8.', 'number: 8'],
    ['We refund 12.500 EUR.', 'number: 12.500'],
    ['It was founded on June 3, 2014.', 'date: June 3'],
    ['It came on 2024-07-06.', 'date: 2024-07-06'],
    ['It was founded by Peter Hansen in the end.', 'name: Peter Hansen'],
    ['Peter Hansen founded it.', 'name: Peter Hansen'],
    ['Ask Dr. Hansen.', 'name: Dr. Hansen'],
    ['She wrote: "We check every single thing twice."', 'quote: We check every single thing twice.'],
    ['See https://shop.example/refunds.', 'address: https://shop.example/refunds.'],
    ['Write to refunds@shop.example', 'address: refunds@shop.example'],
  ])('is found where it stands in nothing: %s', (reply, expected) => {
    expect(kinds(reply)).toEqual([expected]);
  });
});
