import { describe, expect, it } from 'vitest';
import { unnamedMs } from '../../../src/store/file-store.js';
import { commitOf, message, newFile, withFiles } from './samples.js';
import type { StoreSubject } from './subject.js';

export function filesContract(subject: StoreSubject): void {
  const { append, reopen, expiryLag } = subject;
  const files = () => subject.store.files;
  const bytes = new TextEncoder().encode('the same bytes');
  const sweep = (now = Date.now()) => files().sweep({ now, limit: 10 });
  const later = () => Date.now() + unnamedMs + 1;

  describe('files', { timeout: 30_000 + (expiryLag?.ms ?? 0) }, () => {
    it('keep their bytes and what is known of them, each under an id of its own', async () => {
      const large = new Uint8Array(9_000_000).map((_, i) => i * 7);
      const ids: string[] = [];
      for (const content of [large, bytes, bytes, new Uint8Array()]) {
        ids.push(await files().put(content, newFile()));
      }
      expect(new Set(ids).size).toBe(4);
      await reopen();
      expect(Buffer.compare((await files().get(ids[0]!))!, large)).toBe(0);
      expect(Buffer.from((await files().get(ids[2]!))!)).toEqual(Buffer.from(bytes));
      expect(await files().get(ids[3]!)).toHaveLength(0);
      expect(await files().find(ids[1]!)).toEqual({ id: ids[1], size: bytes.length, ...newFile() });
      expect(await files().get('unknown')).toBeNull();
      expect(await files().find('unknown')).toBeNull();
    });

    it('[security.12] go with the last memory that names them, and no other goes', async () => {
      const [file, other] = [await files().put(bytes, newFile()), await files().put(bytes, newFile('u2'))];
      const asked = withFiles([file!], { status: 'pending' });
      await append(asked, withFiles([other!], { author: { id: 'u2' }, roomId: 'elsewhere' }));
      const commit = commitOf([asked]);
      commit.reply!.content.attachments = asked.content.attachments;
      expect(await subject.store.turns.commit({ ...commit, outbound: null })).toBe(true);
      await sweep(later());
      await subject.store.memories.forget([asked.id]);
      expect(await files().get(file!)).not.toBeNull();
      await sweep(later() * 2);
      expect(await files().get(file!)).not.toBeNull();
      await subject.store.memories.forget([commit.reply!.id]);
      expect(await files().get(file!)).toBeNull();
      expect(await files().find(file!)).toBeNull();
      expect(await files().get(other!)).not.toBeNull();
    });

    it('[security.12] go after an hour if no memory ever named them', async () => {
      const [lone, named] = [await files().put(bytes, newFile()), await files().put(bytes, newFile())];
      await append(withFiles([named!]));
      await sweep();
      expect(await files().get(lone!)).not.toBeNull();
      await reopen();
      await sweep(later());
      expect(await files().get(lone!)).toBeNull();
      expect(await files().get(named!)).not.toBeNull();
      expect(await sweep(later())).toBe(0);
    });

    it('are given up at once when asked to, unless a memory names them', async () => {
      const [lone, named] = [await files().put(bytes, newFile()), await files().put(bytes, newFile())];
      await append(withFiles([named!]));
      expect(await files().release([lone!, named!, 'unknown'])).toBe(1);
      expect(await files().release([])).toBe(0);
      expect(await files().get(lone!)).toBeNull();
      expect(await files().get(named!)).not.toBeNull();
    });

    it('[security.12] go with what has expired', async () => {
      const dayMs = 24 * 3600 * 1000;
      const [old, young] = [await files().put(bytes, newFile()), await files().put(bytes, newFile())];
      await append(withFiles([old!], { createdAt: Date.now() - 40 * dayMs }), withFiles([young!]));
      await subject.store.memories.expire({
        ...{ agentId: 'ada', before: Date.now() - 30 * dayMs, kinds: ['message'], limit: 10 },
      });
      let at = Date.now();
      await subject.inTime(async () => {
        // A sweep that comes before the server has removed the memory looks again some minutes later.
        at += 300_000;
        await sweep(at);
        expect(await files().get(old!)).toBeNull();
      });
      expect(await files().get(young!)).not.toBeNull();
    });

    it('[security.12] have quotas for each person and each place, also in number', async () => {
      const quota = { person: 250_000, place: 400_000 };
      const put = (person: string, size = 1) => files().put(new Uint8Array(size), newFile(person), quota);
      const full = { code: 'quota_exceeded', retryable: false, status: 413 };
      const first = await put('u1');
      await put('u1');
      await expect(put('u1')).rejects.toMatchObject(full);
      await put('u2', 150_000);
      await expect(put('u3')).rejects.toMatchObject(full);
      expect(await files().release([first])).toBe(1);
      await put('u1');
      await expect(put('u2')).rejects.toMatchObject(full);
      const forgotten = withFiles([await files().put(bytes, newFile('u4'))]);
      await append(forgotten);
      await subject.store.memories.forget([forgotten.id, message().id]);
      // What was refused has left nothing behind.
      expect(await sweep(later())).toBe(3);
    });

    it('let no two that come at once past a quota', async () => {
      const quota = { person: 350_000, place: Infinity };
      const all = Array.from({ length: 12 }, () => files().put(bytes, newFile('u1'), quota));
      const kept = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled');
      expect(kept.length).toBeLessThanOrEqual(3);
    });
  });
}
