/** `calls.ts`, about pauses. */
import type { Call } from './calls.js';
import type { Stage } from './stage.js';

const assistant = { agentId: 'assistant' };
const acme = { connector: 'http', tenant: 'acme' };
const attic = { what: 'place', ...assistant, ...acme, channel: 'attic' };
const person = (userId: string) => ({ what: 'person', ...assistant, ...acme, userId });

const post = (verb: 'pause' | 'resume', body: object) => ({ path: `/switches/${verb}`, body });
const resume = (what: object) => (stage: Stage) => stage.post('/switches/resume', what);
const paused = (what: object) => async (stage: Stage) => {
  await stage.post('/switches/pause', what);
  return what;
};

const pausing = (what: object): Call => ({
  make: resume(what),
  ask: () => post('pause', what),
  end: resume(what),
});
const pausingHolder = (role: 'admin' | 'owner'): Call => {
  const what = person(`paused-${role}`);
  const account = `http/acme:paused-${role}`;
  return {
    ask: () => post('pause', what),
    async make(stage) {
      await stage.post('/roles/give', { role, account, agentId: 'assistant', place: 'http/acme' });
      // Nobody pauses or resumes an owner.
      return role === 'owner' ? {} : resume(what)(stage);
    },
  };
};
const resuming = (what: object): Call => ({
  make: paused(what),
  ask: () => post('resume', what),
  end: resume(what),
});
const listed = (what: object, shows: string): Call => ({
  make: paused(what),
  ask: () => ({ path: '/switches' }),
  shows: () => shows,
  end: resume(what),
});

export const switchCalls: Record<string, Call> = {
  'switches.list': listed(attic, '"attic"'),
  'switches.list+person': listed(person('ann'), '"ann"'),
  'switches.pause': pausing(attic),
  'switches.pause+agent': pausing({ what: 'agent', ...assistant }),
  'switches.pause+tools': pausing({ what: 'tools', ...assistant }),
  'switches.pause+hub': pausing({ what: 'tools' }),
  'switches.pause+tenant': pausing({ what: 'place', ...acme }),
  'switches.pause+person': pausing(person('ann')),
  'switches.pause+admin': pausingHolder('admin'),
  'switches.pause+owner': pausingHolder('owner'),
  'switches.resume+owner': {
    ...resuming(person('promoted')),
    async make(stage) {
      const holder = { account: 'http/acme:promoted', agentId: 'assistant', place: 'http/acme' };
      await stage.post('/switches/resume', person('promoted'));
      await stage.post('/roles/give', { role: 'member', ...holder });
      await stage.post('/switches/pause', person('promoted'));
      return stage.post('/roles/give', { role: 'owner', ...holder });
    },
  },
  'switches.resume': resuming(attic),
  'switches.resume+agent': resuming({ what: 'agent', ...assistant }),
};
