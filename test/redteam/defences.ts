/** What the operators of the firm have set: nothing, as hubs were before, or what a careful operator sets. */

export type Defences = 'off' | 'on';

interface Settings {
  /** By their names in `.env.example`. */
  settings: Record<string, string>;
  /** As `carrier.config.json` has it. */
  config: Record<string, unknown>;
  /** Fields of the agent's character. */
  character: Record<string, unknown>;
}

const [guest, staff] = ['guest', 'member'].map((role) => ({ role }) as const);
const fromOutside = [
  ...['web:fetch_page', 'web:http_request', 'tracker:*', 'mailroom:read_inbox', 'mailroom:send_mail'],
  ...['files:read_file', 'notes:read_note', 'staff:post_room'],
].map((tool) => `plugin:${tool}`);

export const defencesOf: Record<Defences, Settings> = {
  off: {
    settings: {},
    config: { checks: { links: false, images: false, secrets: false, instructions: false } },
    character: {},
  },
  // As the operator of the firm would write it down:
  // - Guests may have pages and tickets read, and nothing else. Staff may also read and save notes, read and write
  //   files, read mail, and send mail. Operators may do everything.
  // - Once a turn has read anything from outside, money, roles and removed files are denied; mails, requests other than
  //   GET and messages to other rooms are asked for.
  // - From outside are pages, tickets, mails and files, and notes, since anybody's words are kept in them; of tools that
  //   somebody else has made not even the description is trusted. What is sent or shown is checked, as it is wherever nobody says
  //   otherwise.
  on: {
    settings: {},
    config: {
      checks: { outside: fromOutside, untrusted: ['plugin:extras-*'] },
      policy: {
        rules: [
          {
            name: 'guests have pages and tickets read',
            ...{ effect: 'deny', ...guest },
            tool: [
              ...['mailroom', 'files', 'bank', 'notes', 'staff'].map((plugin) => `plugin:${plugin}:*`),
              'plugin:web:http_request',
            ],
          },
          {
            name: 'operators alone',
            ...{ effect: 'deny', ...staff },
            tool: [
              ...['bank:*', 'staff:*', 'files:delete_file', 'mailroom:mail_status'].map(
                (tool) => `plugin:${tool}`,
              ),
              'plugin:web:http_request',
            ],
          },
          {
            name: 'nothing from outside moves money, roles or files',
            ...{ effect: 'deny', tainted: true },
            tool: ['plugin:bank:wire', 'plugin:staff:grant_role', 'plugin:files:delete_file'],
          },
          {
            name: 'what leaves after something from outside was read',
            ...{ effect: 'ask', tainted: true },
            tool: ['plugin:mailroom:send_mail', 'plugin:web:http_request', 'plugin:staff:post_room'],
            ask: { role: 'operator', fourEyes: true },
          },
        ],
      },
    },
    character: {},
  },
};
