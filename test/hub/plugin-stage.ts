/** A hub whose one agent has the plugins of a test; another one has none. */
import { roomIdOf } from '../../src/core/memory.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { Platform } from './platform.js';

/** Its senders have a token of the hub, and wait. */
class Api extends Platform {
  readonly routes = { access: 'token' as const, handler() {} };
}

const echo = () => scriptedModel((request) => `You said ${lastSaid(request)}`);
/** Who may talk to both agents, by platform. */
export const open: Record<string, object> = { telegram: { dm: 'open', operators: ['olga'] } };

export class PluginStage {
  readonly home = new Home();
  /** Where people talk to the agent that has the plugins. */
  readonly platform = new Platform();

  async start(plugins: NonNullable<Parameters<Home['carrier']>[0]>['plugins'] = []) {
    const { home, platform } = this;
    const model = echo();
    const named = plugins.map(({ name }) => name);
    home.character('assistant', { name: 'Ada', bio: '.', plugins: named, connectors: open });
    home.character('other', { name: 'Bo', bio: '.', plugins: [], connectors: open });
    const other = new Platform('telegram', 'other');
    const api = new Api('api');
    const hub = await home.carrier(
      { connectors: [platform, other, api], model: () => model, plugins },
      { CARRIER_TURN_ATTEMPTS: '2' },
    );
    const roomId = roomIdOf('assistant', platform.source('ana'));
    const history = async () =>
      (await hub.host.history(roomId, { limit: 50 })).items.map(({ content }) => content.text);
    return { hub, other, api, model, roomId, history };
  }
}
