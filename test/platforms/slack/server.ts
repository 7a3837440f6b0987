/**
 * A small Slack for tests: the Web API, Socket Mode, signed posts, files and OAuth, as far as a chat bot meets
 * them. What it does not know it refuses as Slack does. It keeps its state while the app comes and goes.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import multer from 'multer';
import { type ApiCall, apiRouter, goWrong } from './api.js';
import { type DeliveryOptions, Events } from './events.js';
import { Faults } from './faults.js';
import { install } from './installing.js';
import { People } from './person.js';
import { Sockets } from './sockets.js';
import { Workspace } from './workspace.js';
import { app, type World } from './world.js';

export interface SlackServerOptions extends Partial<DeliveryOptions> {
  /** False: `chat.startStream` and its like are not there. */
  streaming?: boolean;
  /** Whether an event waits until the one before it in its channel is settled. Slack promises no order. */
  inOrder?: boolean;
}

export type SlackServer = Awaited<ReturnType<typeof startSlackServer>>;

/** With one workspace, T0TEAM: Alice and Bob in C0LOBBY and C0ATTIC, and Alice's conversation with the bot, D0ALICE. */
export async function startSlackServer(options: SlackServerOptions = {}) {
  const server = express();
  const http = createServer(server);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const sockets = new Sockets(http);
  const events = new Events(sockets, { ackMs: 3000, retriesMs: [50, 1000, 3000, 10_000], ...options });
  const calls: ApiCall[] = [];
  const fetched: string[] = [];
  const lines = new Map<string, Promise<unknown>>();
  let serial = 0;

  const world: World = {
    baseUrl: `http://127.0.0.1:${port}`,
    workspaces: new Map(),
    faults: new Faults(),
    streaming: options.streaming ?? true,
    ticket: () => sockets.ticket(),
    uploads: new Map(),
    codes: new Map(),
    emit(workspace, event) {
      const channelId = String(
        event.channel ?? (event.item as { channel?: string } | undefined)?.channel ?? '',
      );
      const channel = workspace.channels.get(channelId);
      const { installation } = workspace;
      const ofGroups = String(event.type).startsWith('subteam_');
      const sees = ofGroups
        ? installation?.scopes.includes('usergroups:read')
        : channel?.members.has(installation?.botUserId ?? '');
      if (!installation || !sees || !subscribed(String(event.type))) return Promise.resolve(true);
      serial += 1;
      const ts = String(event.event_ts ?? event.ts ?? workspace.nextTs());
      const kind = event.type === 'message' ? { channel_type: channel!.kind } : {};
      const payload = {
        ...envelope(workspace, installation.botUserId, serial),
        event: { ...event, event_ts: ts, ...kind },
      };
      if (!options.inOrder) return events.deliver(payload);
      const line = (lines.get(channelId) ?? Promise.resolve()).then(() => events.deliver(payload));
      lines.set(channelId, line);
      return line;
    },
  };
  const unsubscribed = new Set<string>();
  const subscribed = (type: string) => !unsubscribed.has(type);
  const people = new Map<string, People>();

  function addWorkspace(id: string, name: string, installed = true): Workspace {
    const workspace = new Workspace(id, name);
    world.workspaces.set(id, workspace);
    people.set(id, new People(world, events, workspace));
    if (installed) install(workspace);
    return workspace;
  }

  const team = addWorkspace('T0TEAM', 'Test Team');
  const bot = team.installation!;
  team.addUser('U0ALICE', 'Alice Smith');
  team.addUser('U0BOB', 'Bob Jones');
  team.addChannel('C0LOBBY', 'channel', ['U0ALICE', 'U0BOB', bot.botUserId], 'lobby');
  team.addChannel('C0ATTIC', 'channel', ['U0ALICE', 'U0BOB', bot.botUserId], 'attic');
  team.addChannel('D0ALICE', 'im', ['U0ALICE', bot.botUserId]);

  server.use('/api', apiRouter(world, calls));
  mountFiles(server, world, fetched);
  server.post('/response/:id', express.json(), (req, res) => {
    const id = String(req.params.id);
    const taken = [...people.values()].some((each) => each.respond(id, req.body, 1));
    if (taken) res.json({ ok: true });
    else res.status(404).json({ ok: false, error: 'expired_url' });
  });

  return {
    /** To be given as `SLACK_API_URL`. */
    apiUrl: `${world.baseUrl}/api/`,
    url: world.baseUrl,
    app,
    team,
    bot,
    people: people.get(team.id)!,
    faults: world.faults,
    sockets,
    events,
    /** Every call of the Web API so far. */
    calls,
    /** Ids of files that somebody has asked for, with or without a token. */
    fetched,
    uploads: world.uploads,
    /** Event types that the app is not subscribed to. */
    unsubscribed,
    addWorkspace,
    peopleOf: (workspace: Workspace) => people.get(workspace.id)!,
    /** The app in its own words: an event that Slack makes of no person's doing. */
    emit: world.emit,
    count: (method: string) => calls.filter((call) => call.method === method).length,
    /** Somebody clicks "Allow" on the page at this address; gives where the browser is sent. */
    approve(authorizeUrl: string, workspace: Workspace): string {
      const { searchParams } = new URL(authorizeUrl);
      if (searchParams.get('client_id') !== app.clientId) throw new Error('invalid_client_id');
      serial += 1;
      const code = `code-${serial}`;
      const redirectUri = searchParams.get('redirect_uri') ?? undefined;
      const scopes = (searchParams.get('scope') ?? '').split(',');
      world.codes.set(code, { teamId: workspace.id, scopes, redirectUri });
      const target = new URL(redirectUri ?? 'http://app.invalid/');
      target.searchParams.set('code', code);
      target.searchParams.set('state', searchParams.get('state') ?? '');
      return target.href;
    },
    async stop(): Promise<void> {
      events.stop();
      sockets.close();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

function envelope({ id }: Workspace, botUserId: string, serial: number) {
  return {
    token: 'legacy',
    team_id: id,
    context_team_id: id,
    api_app_id: app.id,
    type: 'event_callback',
    event_id: `Ev${String(serial).padStart(9, '0')}`,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: id, user_id: botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
  };
}

/** Private files need the workspace's token; without it the browser is sent to sign in, as on slack.com. */
function mountFiles(server: Express, world: World, fetched: string[]): void {
  server.get('/files-pri/:id/{*name}', async (req, res) => {
    fetched.push(String(req.params.id));
    const fault = world.faults.take('download');
    if (fault?.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    if (fault && goWrong(fault, res)) return;
    const id = String(req.params.id);
    const workspace = [...world.workspaces.values()].find(({ files }) => files.has(id));
    const { token, scopes } = workspace?.installation ?? {};
    if (!token || req.headers.authorization !== `Bearer ${token}` || !scopes?.includes('files:read')) {
      res.redirect('/signin');
      return;
    }
    const file = workspace!.files.get(id)!;
    res.type(file.mimetype).send(file.bytes);
  });
  server.get('/signin', (_req, res) => void res.type('html').send('<html>Sign in to Slack</html>'));
  server.post('/upload/v1/:id', multer({ storage: multer.memoryStorage() }).any(), (req, res) => {
    const fault = world.faults.take('upload');
    if (fault && goWrong(fault, res)) return;
    const upload = world.uploads.get(String(req.params.id));
    const [file] = (req.files ?? []) as Express.Multer.File[];
    if (!upload || file?.size !== upload.length) {
      res.status(400).send('size mismatch');
      return;
    }
    upload.bytes = file.buffer;
    res.send(`OK - ${file.size}`);
  });
}
