/** The life of a document, over HTTP on a real hub. */
import { expect, it } from 'vitest';
import { onBothStores, openStore } from '../../support/both-stores.js';
import { Home } from '../../support/hub.js';
import { deskOf, handbook } from './stage.js';

onBothStores('documents', (engines) => {
  it('[knowledge.16] are replaced under their name: the new text alone is found, and unchanged chunks stay', async () => {
    const home = new Home();
    try {
      const settings = engines();
      const hub = await home.hub({}, settings);
      const desk = deskOf(hub);
      const first = await desk.add('handbook.md', handbook);
      expect(first).toMatchObject({ state: 'ready', version: 1 });
      expect(await desk.ask('How many days of holiday does everybody have?')).toContain('25 days');

      const again = await desk.add('handbook.md', handbook);
      expect(again).toMatchObject({ id: first.id, version: 1, changed: false });
      const second = await desk.add('handbook.md', handbook.replace('25 days', '30 days'));
      expect(second).toMatchObject({ id: first.id, version: 2, changed: true });
      const answer = await desk.ask('How many days of holiday does everybody have?', { userId: 'bob' });
      expect(answer).toContain('30 days');
      expect(answer).not.toContain('25 days');
      expect(await desk.list()).toHaveLength(1);
      await hub.stop();
    } finally {
      await home.dispose();
    }
  });

  it('[knowledge.16] whose next version cannot be read are answered from as before, and say so', async () => {
    const home = new Home();
    try {
      const hub = await home.hub({}, engines());
      const desk = deskOf(hub);
      const { id } = await desk.add('handbook.md', handbook);
      const broken = await desk.add('handbook.md', ' \n\n ');
      expect(broken).toMatchObject({ id, state: 'ready', version: 2 });
      expect(JSON.stringify(broken)).toContain('answers come from the one before');
      expect(await desk.ask('How many days of holiday does everybody have?')).toContain('25 days');
      expect(await desk.add('handbook.md', handbook.replace('25 days', '30 days'))).toMatchObject({
        ...{ id, state: 'ready', version: 3 },
      });
      expect(await desk.ask('And how many days of holiday does everybody have now?')).toContain('30 days');
      await hub.stop();
    } finally {
      await home.dispose();
    }
  });

  it('[knowledge.17] of the same bytes under two names are two', async () => {
    const home = new Home();
    try {
      const hub = await home.hub({}, engines());
      const desk = deskOf(hub);
      const a = await desk.add('A.md', handbook, {
        readers: { places: [{ connector: 'http', channel: 'elsewhere' }] },
      });
      const b = await desk.add('B.md', handbook);
      expect((await desk.list()).map(({ name }) => name).sort()).toEqual(['A.md', 'B.md']);
      expect(await desk.ask('How many days of holiday does everybody have?')).toContain('B.md');
      expect((await desk.call('DELETE', `/documents/${a.id}`)).status).toBe(200);
      expect((await desk.call('GET', `/documents/${a.id}`)).status).toBe(404);
      expect(await desk.ask('And how many days of holiday does everybody have now?')).toContain('B.md');
      expect(await desk.add('A.md', handbook)).toMatchObject({ id: a.id, state: 'ready', changed: true });
      expect((await desk.call('DELETE', `/documents/${b.id}`)).status).toBe(200);
      expect(await desk.ask('How many days of holiday does everybody have today?')).toContain('A.md');
    } finally {
      await home.dispose();
    }
  });

  it('leave nothing behind', async () => {
    const home = new Home();
    try {
      const settings = engines();
      const hub = await home.hub({}, settings);
      const desk = deskOf(hub);
      const { id } = await desk.add('secret-plan.md', '# Plan\n\nOperation Quokkazebra begins at dawn.');
      expect(await desk.ask('When does operation Quokkazebra begin?')).toContain('at dawn');
      await desk.call('DELETE', `/documents/${id}`);
      expect(await desk.ask('Quokkazebra?', { userId: 'bob' })).not.toContain('at dawn');
      await hub.stop();
      const store = await openStore(home.config().dataDir, settings);
      const kept = await store.memories.inScope('assistant', `${id}_file`, { limit: 10 });
      expect(kept.items).toEqual([]);
      const record = await store.records.get('document', id);
      expect(JSON.stringify(record)).not.toContain('secret-plan');
      await store.close();
    } finally {
      await home.dispose();
    }
  });
});
