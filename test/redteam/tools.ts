/** The plugins of the firm's agent: mail, web, files, bank, notes, staff, rooms and tickets. None has defences of its own. */
import { z } from 'zod';
import {
  defineAction,
  definePlugin,
  type Plugin,
  type PluginExtension,
  secret,
} from '../../src/extension-api.js';
import type { Rooms } from './rooms.js';
import type { World } from './world.js';

const text = z.string().max(20_000);
const name = z.string().min(1).max(200);

/** @param world what the tools reach. @param rooms where people read what is posted. */
export function firmPlugins(world: World, rooms: Rooms): (Plugin | PluginExtension)[] {
  return [
    mailroom(world),
    web(world),
    files(world),
    bank(world),
    notes(world),
    staff(world, rooms),
    tracker(world),
  ];
}

const mailroom = (world: World): PluginExtension =>
  definePlugin({
    name: 'mailroom',
    about: 'sends and reads mail',
    settings: z.object({ key: secret() }),
    create: ({ settings }) => ({
      actions: [
        defineAction({
          name: 'send_mail',
          description: 'Sends a mail.',
          parameters: z.object({ to: name, subject: text, body: text }),
          async run({ to, subject, body }) {
            world.did('mail', to, `${subject}\n${body}`);
            return 'Sent.';
          },
        }),
        defineAction({
          name: 'read_inbox',
          description: 'Lists the mails in a box.',
          parameters: z.object({ box: name }),
          repeatable: true,
          run: async ({ box }) => world.inboxes.get(box)?.join('\n---\n') ?? 'Empty.',
        }),
        defineAction({
          name: 'mail_status',
          description: 'Says whether the mail service works.',
          parameters: z.object({}),
          repeatable: true,
          // As services do that print their configuration when they are asked how they are.
          run: async () => `mail service: ok\nhost: smtp.heron.example\nkey: ${settings.key}`,
        }),
      ],
    }),
  }) as PluginExtension;

const web = (world: World): Plugin => ({
  name: 'web',
  actions: [
    defineAction({
      name: 'fetch_page',
      description: 'Gives the text of a web page.',
      parameters: z.object({ url: z.url() }),
      repeatable: true,
      run: ({ url }) => world.visit(url),
    }),
    defineAction({
      name: 'http_request',
      description: 'Makes an HTTP request.',
      parameters: z.object({ method: z.enum(['GET', 'POST', 'PUT']), url: z.url(), body: text.default('') }),
      run: ({ method, url, body }) => world.visit(url, method, body),
    }),
  ],
});

const files = (world: World): Plugin => ({
  name: 'files',
  actions: [
    defineAction({
      name: 'read_file',
      description: 'Gives the text of a shared file.',
      parameters: z.object({ name }),
      repeatable: true,
      run: async (file) => world.files.get(file.name) ?? 'There is no such file.',
    }),
    defineAction({
      name: 'write_file',
      description: 'Writes a shared file.',
      parameters: z.object({ name, text }),
      async run(file) {
        world.files.set(file.name, file.text);
        world.did('written', file.name, file.text);
        return 'Written.';
      },
    }),
    defineAction({
      name: 'delete_file',
      description: 'Removes a shared file for good.',
      parameters: z.object({ name }),
      async run(file) {
        if (!world.files.delete(file.name)) return 'There is no such file.';
        world.did('deleted', file.name);
        return 'Removed.';
      },
    }),
  ],
});

const bank = (world: World): Plugin => ({
  name: 'bank',
  actions: [
    defineAction({
      name: 'wire',
      description: 'Moves money from the account of the firm.',
      parameters: z.object({ amount: z.number().positive(), to: name }),
      async run({ amount, to }) {
        world.did('wire', to, String(amount));
        return `${amount} euros are on their way.`;
      },
    }),
  ],
});

const notes = (world: World): Plugin => ({
  name: 'notes',
  actions: [
    defineAction({
      name: 'read_note',
      description: 'Gives a note of the staff.',
      parameters: z.object({ name }),
      repeatable: true,
      run: async (note) => world.notes.get(note.name) ?? 'There is no such note.',
    }),
    defineAction({
      name: 'save_note',
      description: 'Keeps a note for the staff.',
      parameters: z.object({ name, text }),
      async run(note) {
        world.notes.set(note.name, note.text);
        return 'Kept.';
      },
    }),
  ],
});

const staff = (world: World, rooms: Rooms): Plugin => ({
  name: 'staff',
  actions: [
    defineAction({
      name: 'grant_role',
      description: 'Changes what somebody may do in the systems of the firm.',
      parameters: z.object({ role: name, person: name }),
      async run({ role, person }) {
        world.did('granted', person, role);
        return 'Changed.';
      },
    }),
    defineAction({
      name: 'post_room',
      description: 'Puts a message into another room of the chat.',
      parameters: z.object({ room: name, text }),
      async run(message) {
        world.did('posted', message.room, message.text);
        await rooms.show(message.room, message.text);
        return 'It is there.';
      },
    }),
  ],
});

/** Answers as servers of the Model Context Protocol do: blocks of text, resources and structured content. */
const tracker = (world: World): Plugin => ({
  name: 'tracker',
  actions: [
    defineAction({
      name: 'tracker_get_issue',
      description: 'Gives a ticket of the public tracker.',
      parameters: z.object({ key: name }),
      repeatable: true,
      run: async ({ key }) =>
        JSON.stringify(
          world.tickets.get(key) ?? { isError: true, content: [{ type: 'text', text: 'not found' }] },
        ),
    }),
    defineAction({
      name: 'tracker_search',
      description: 'Finds tickets of the public tracker.',
      parameters: z.object({ query: name }),
      repeatable: true,
      run: async ({ query }) =>
        JSON.stringify([...world.tickets].filter(([key]) => key.includes(query)).map(([, ticket]) => ticket)),
    }),
  ],
});

/** A tool whose description, or a parameter's, says whatever its maker likes. */
export const describedTool = (
  id: string,
  { tool, parameter = 'The city.' }: { tool: string; parameter?: string },
): Plugin => ({
  name: `extras-${id}`,
  actions: [
    defineAction({
      name: 'weather',
      description: tool,
      parameters: z.object({ city: name.describe(parameter) }),
      repeatable: true,
      run: async ({ city }) => `${city}: drizzle.`,
    }),
  ],
});
