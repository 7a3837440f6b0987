/** What every tool source keeps to. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionContext, ToolResult, ToolSource } from '../extension-api.js';
import { newId } from '../extension-api.js';
import { schemaOf } from '../tools/schema.js';
import { fakeContext } from './plugin.js';

/** A tool source that is held against the contract. */
export interface ToolSourceSubject {
  source: ToolSource;
  /** A tool of it, and arguments for a call that succeeds. */
  tool: string;
  parameters: Record<string, unknown>;
  /** A call that is not answered before it is called off; absent: it has none. */
  slow?: { tool: string; parameters: Record<string, unknown> };
  /** Ends what the source was made for, such as a server; the source is closed by then. */
  close?(): Promise<void>;
}

/**
 * Declares the tests of a tool source; call it at the top of a vitest file.
 *
 * @param open makes the source, and what it needs.
 * @example
 * toolSourceContract('boxes', async () => ({ source: boxSource(url), tool: 'open', parameters: { box: 1 } }));
 */
export function toolSourceContract(name: string, open: () => Promise<ToolSourceSubject>): void {
  describe(`tool source contract: ${name}`, () => {
    let subject: ToolSourceSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => {
      await subject.source.close();
      await subject.close?.();
    });
    const context = (signal = new AbortController().signal): ActionContext => ({
      ...fakeContext(),
      signal,
      idempotencyKey: newId(),
    });

    it('describes tools of different names, with schemas of objects that can be used', async () => {
      const tools = await subject.source.tools();
      expect(tools.map((tool) => tool.name)).toContain(subject.tool);
      expect(new Set(tools.map((tool) => tool.name)).size).toBe(tools.length);
      for (const { name: tool, description, parameters, hints = {}, timeoutMs, binding } of tools) {
        expect(tool).not.toBe('');
        expect(description, tool).toEqual(expect.any(String));
        expect(parameters.type, tool).toBe('object');
        expect(() => schemaOf(parameters), tool).not.toThrow();
        for (const hint of Object.values(hints)) expect([true, false, undefined]).toContain(hint);
        if (timeoutMs !== undefined) expect(timeoutMs, tool).toBeGreaterThan(0);
        // What approvals hold for is compared as JSON.
        expect(JSON.parse(JSON.stringify({ binding }))).toEqual(binding === undefined ? {} : { binding });
      }
    });

    it('gives the same list until it changes', async () => {
      expect(await subject.source.tools()).toBe(await subject.source.tools());
    });

    it('answers a call with a text', async () => {
      const result = await subject.source.call(subject.tool, subject.parameters, context());
      expectResult(result);
      expect(result.failed).toBeUndefined();
      expect(result.unknown).toBeUndefined();
    });

    it('answers many calls at once, each its own', async () => {
      const calls = Array.from({ length: 10 }, () =>
        subject.source.call(subject.tool, subject.parameters, context()),
      );
      for (const result of await Promise.all(calls)) expectResult(result);
    });

    it('says why a tool cannot be called that there is not, and does nothing', async () => {
      const calling = subject.source.call('no-such-tool-here', {}, context());
      const said = await calling.then(
        ({ failed, unknown, text }) => (failed && !unknown ? text : ''),
        (error: Error) => error.message,
      );
      expect(said).not.toBe('');
    });

    it('begins nothing for a turn that is over', async () => {
      const over = AbortSignal.abort(new Error('the turn is over'));
      await expect(subject.source.call(subject.tool, subject.parameters, context(over))).rejects.toThrow();
    });

    it('ends a call that is called off', async () => {
      if (!subject.slow) return;
      const turn = new AbortController();
      const { tool, parameters } = subject.slow;
      const calling = subject.source.call(tool, parameters, context(turn.signal));
      setTimeout(() => turn.abort(new Error('called off')), 50);
      const ended = await calling.then(
        (result) => result.failed === true,
        () => true,
      );
      expect(ended).toBe(true);
    });

    it('tells what works and what is wrong', async () => {
      const findings = await subject.source.findings();
      expect(findings).not.toEqual([]);
      for (const { check, ok, fix } of findings) {
        expect(check).not.toBe('');
        expect(ok).toEqual(expect.any(Boolean));
        if (!ok) expect(fix).toEqual(expect.any(String));
      }
    });

    it('is closed for good, also when it was closed before', async () => {
      await subject.source.close();
      await subject.source.close();
      await expect(subject.source.call(subject.tool, subject.parameters, context())).rejects.toThrow();
      expect(Array.isArray(await subject.source.tools())).toBe(true);
    });
  });
}

function expectResult({ text, files = [] }: ToolResult): void {
  expect(text.trim()).not.toBe('');
  for (const { name, mediaType, bytes } of files) {
    expect(name).not.toMatch(/[/\\]/);
    expect(mediaType).toMatch(/^[\w.+-]+\/[\w.+-]+$/);
    expect(bytes).toBeInstanceOf(Uint8Array);
  }
}
