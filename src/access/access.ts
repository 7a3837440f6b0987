/** People, their roles and links, put together on one store. */
import type { EventBus } from '../bus/bus.js';
import type { Agent } from '../core/character.js';
import type { Logger } from '../logger.js';
import type { NoteStore } from '../store/note-store.js';
import type { PlatformWide, ProofOf, SharedBy } from './account.js';
import { Freshness } from './freshness.js';
import { Grants } from './grants.js';
import { Grounds } from './grounds.js';
import { Links } from './links.js';
import { People } from './people.js';
import { Requesters } from './requester.js';
import { Sessions } from './sessions.js';
import { SignInLinks } from './sign-in-links.js';
import { Standing, type StandingParts } from './standing.js';

export interface AccessParts extends Pick<StandingParts, 'groups' | 'isPaired'> {
  notes: NoteStore;
  bus: EventBus;
  platformWide: PlatformWide;
  sharedBy: SharedBy;
  proofOf: ProofOf;
  /** CARRIER_PUBLIC_URL. */
  publicUrl: string | undefined;
  /** Those that run. */
  agents(): readonly Agent[];
  /** Unix ms. */
  now(): number;
  log: Logger;
}

export interface Access {
  readonly people: People;
  readonly grants: Grants;
  readonly links: Links;
  readonly standing: Standing;
  readonly requesters: Requesters;
  readonly sharedBy: SharedBy;
  /** Who is signed in to the console, and the links that sign in. */
  readonly sessions: Sessions;
  readonly signInLinks: SignInLinks;
}

export function accessOn({ bus, groups, isPaired, ...parts }: AccessParts): Access {
  const freshness = new Freshness(bus);
  freshness.watch(parts.log);
  const people = new People({ ...parts, freshness });
  const grants = new Grants({ ...parts, freshness });
  const links = new Links({ ...parts, people });
  const standing = new Standing({ people, grants, groups, isPaired });
  const requesters = new Requesters({ people, standing, kept: freshness.kept() });
  const grounds = new Grounds({ ...parts, groups, people, standing });
  const sessions = new Sessions({ ...parts, freshness, people, grounds });
  const signInLinks = new SignInLinks(parts);
  return { people, grants, links, standing, requesters, sharedBy: parts.sharedBy, sessions, signInLinks };
}
