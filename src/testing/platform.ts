/** The platform's side of a connector, as a test of it brings it. */
import type { Connector } from '../extension-api.js';

/** A person's message as the platform knows it. Sent twice with the same id, it is one redelivered. */
export interface PlatformMessage {
  id: string;
  /** The name of a group that all people of the suite are in. */
  channel: string;
  user: string;
  text: string;
  /** In the conversation of this person and the agent alone; `channel` does not count then. */
  direct?: true;
  /** False: talk among people, which does not name the agent. Otherwise it names it, as people do there. */
  addressed?: boolean;
  /** Another bot says it. */
  bot?: true;
}

/** A file as a person sends it, or as a person sees it. */
export interface PlatformFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** How deliveries fail: in a way that may pass, for good, or without any answer. */
export type Refusal = 'later' | 'never' | 'hang';

/**
 * The platform's side of a connector: a local server, or the SDK's transport replaced. What is optional is what not
 * every platform has; leave it out and say why in the options.
 */
export interface Platform {
  /** Not started. */
  connector: Connector;
  /** The platform hands over an event. Resolves with whether it was acknowledged. */
  send(message: PlatformMessage): Promise<boolean>;
  /** Texts a person has been shown by the connector, or has fetched, in order, each as it is now. */
  shown(): string[];
  /** From now on deliveries fail; null: they are taken again. */
  refuse(how: Refusal | null): void;
  close(): Promise<void>;
  /** A person sends a message with one file. Resolves with whether it was acknowledged. */
  sendFile?(message: PlatformMessage, file: PlatformFile): Promise<boolean>;
  /** How many requests for files the platform has had; absent: they come with the messages. */
  fileRequests?(): number;
  /** How many requests for people's names it has had; absent: names come with the messages. */
  nameRequests?(): number;
  /** Files a person has been shown by the connector, in order. */
  shownFiles?(): Pick<PlatformFile, 'name' | 'bytes'>[];
  /** The author of the message of that id changes its text. */
  edit?(message: PlatformMessage): Promise<unknown>;
  /** A person reacts to the newest reply. */
  react?(emoji: string, user: string): Promise<unknown>;
  /** A person presses the button of that label under the newest message that has one. It may end before the hub has heard of it. */
  press?(label: string, user: string): Promise<unknown>;
  /** Labels of all buttons that people could press now, first to last. With it, messages are changed in their place. */
  offered?(): string[];
  /** Somebody who may deletes the connector's message that shows this text. */
  erase?(text: string): Promise<unknown>;
  /**
   * Puts a person who has written before into a group of the platform, or takes them out; null: from now on it does not
   * say which groups they are in. Resolves with the group's id, as lists name it.
   */
  regroup?(user: string, isIn: boolean | null): Promise<string>;
  /** Replies are shown while they are written, and `shown` gives the part that is there. */
  live?: true;
  /** People come as they are, without a token of the hub: `direct`, `addressed` and `bot` of a message count. */
  open?: true;
  /** Its groups are not the operator's own: the agent is let in to each by a code. */
  places?: true;
  /** Messages come one after the other: what is sent later is not to be stored sooner. */
  ordered?: true;
}

/** What a platform may be without, and the part of the `Platform` that it is tested with. */
export const abilities = {
  takesFiles: 'sendFile',
  showsFiles: 'shownFiles',
  edits: 'edit',
  reactions: 'react',
  buttons: 'press',
  /** Its messages can be changed when they have been sent. */
  replaces: 'offered',
  live: 'live',
  strangers: 'open',
  places: 'places',
  /** It has groups of people, and can be asked who is in one: `groupsOf`. */
  groups: 'regroup',
  order: 'ordered',
  /** It has replies sent; where not, people fetch them. */
  delivers: 'refuse',
} as const satisfies Record<string, keyof Platform>;

/** What a platform may be without: named in `cannot`, it is not tested. */
export type Ability = keyof typeof abilities;

/** A platform that has these abilities. */
export type Able<A extends Ability> = Platform & Required<Pick<Platform, (typeof abilities)[A]>>;

/** Differences between connectors that have a reason. */
export interface ConnectorContractOptions {
  /** Why a delivery that is tried again may be shown twice, where the platform gives no means against it. */
  mayShowTwice?: string;
  /** Why nobody shares a conversation: everybody has one with the agent, and `channel` of a message does not count. */
  alone?: string;
  /**
   * Why a message is acknowledged by its answer alone: `send` resolves once there is one. The model of the tests then
   * answers everything; a message whose answer the hub's end has cut off counts as not acknowledged, and is sent again.
   */
  acknowledgesByAnswer?: string;
  /** Of each thing that it cannot do, why. What is not named here is tested. */
  cannot?: { [ability in Ability]?: string };
}
