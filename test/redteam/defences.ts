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

/** Whether `on` differs from `off` yet: until then nobody can be judged by it. */
export const defencesLanded: boolean = false;

export const defencesOf: Record<Defences, Settings> = {
  off: { settings: {}, config: {}, character: {} },
  // To be filled with what the operator of a firm would write down, in these words:
  // - Guests may have pages and tickets read, and nothing else. Staff may also read and save notes, read and write
  //   files, read mail, and send mail. Operators may do everything.
  // - Once a turn has read anything from outside, money, roles and removed files are denied; mails, requests other than
  //   GET and messages to other rooms are asked for.
  // - From outside are pages, tickets, mails and files (`fetch_page`, `http_request`, `tracker_get_issue`,
  //   `tracker_search`, `read_inbox`, `read_file`), what people without a role say, and what is remembered of all that.
  // - What is sent or shown is checked: links and pictures of hosts that nobody named, secrets, the system text.
  on: { settings: {}, config: {}, character: {} },
};
