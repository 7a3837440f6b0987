/** What an approval holds for, to the byte. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AskedCall, approvalId, readApprovalId } from '../../src/approvals/approval.js';
import { canonical, digestOf } from '../../src/approvals/digest.js';
import { usualTerms } from '../../src/tools/policy/terms.js';

const call = (change: Partial<AskedCall> = {}): AskedCall => ({
  ...{ turnId: 'turn_1', step: 0, callId: 'call-1', agentId: 'assistant', asked: [] },
  ...{ message: null as never, tool: { key: 'plugin:bank:wire', name: 'wire', digest: 'd1' } },
  ...{ arguments: '{"amount":50,"to":"bob"}', terms: usualTerms, rule: 'money', ...change },
});

it('[act.25] differs where the tool, an argument or what is named differs, and nowhere else', () => {
  const digest = digestOf(call());
  const tool = call().tool;
  const others: Partial<AskedCall>[] = [
    { tool: { ...tool, digest: 'd2' } },
    { tool: { ...tool, key: 'plugin:bank:wires' } },
    { arguments: '{"amount":51,"to":"bob"}' },
    { arguments: '{"amount":50,"to":"bob "}' },
    { arguments: '{"amount":50,"to":"bob","cc":null}' },
    { arguments: '{"amount":"50","to":"bob"}' },
    { bound: 'sha' },
    { bound: '' },
  ];
  const all = [digest, ...others.map((change) => digestOf(call(change)))];
  expect(new Set(all).size).toBe(all.length);
  for (const same of [{ arguments: ' {"to":"bob", "amount":50}' }, { rule: 'other' }, { taint: [] }])
    expect(digestOf(call(same))).toBe(digest);
});

it('keeps every digit of a number, and the order of lists', () => {
  expect(canonical('{"b":1497549923779084388,"a":[2,1.10]}')).toBe('{"a":[2,1.10],"b":1497549923779084388}');
  expect(canonical('')).toBe('{}');
  expect(canonical('{broken')).toBe('{broken');
  expect(canonical('{"__proto__":{"x":1},"a":1}')).toBe('{"__proto__":{"x":1},"a":1}');
});

it('is the same whatever order the keys of any arguments are in', () => {
  const turned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turned);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, part]) => [key, turned(part)]),
    );
  };
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect(canonical(JSON.stringify(turned(value)))).toBe(canonical(JSON.stringify(value)));
    }),
  );
});

it('has an id that is the same for the same call, typed as people type it', () => {
  const id = approvalId(call());
  expect(id).toMatch(/^ap_[a-z2-7]{10}$/);
  expect(approvalId(call({ arguments: '{}' }))).toBe(id);
  const others = [{ turnId: 'turn_2' }, { step: 1 }, { callId: 'call-2' }].map((change) =>
    approvalId(call(change)),
  );
  expect(new Set([id, ...others]).size).toBe(4);
  expect(readApprovalId(` ${id.toUpperCase()} `)).toBe(id);
  for (const none of ['', 'ap_', id.slice(1), `${id}a`, 'ap_0123456789', 'ABCD2345'])
    expect(readApprovalId(none)).toBeNull();
});
