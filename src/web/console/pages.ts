/** The pages of the console, in the order of the menu. A page is loaded when it is opened first. */
import type { ComponentType } from 'preact';
import { may } from './me.js';

/** The menu's groups, in their order. */
export const sections = ['Talk', 'Work', 'Agents', 'People', 'Keep', 'System'] as const;

export interface PageOf {
  /** The first part of its address. */
  id: string;
  title: string;
  section: (typeof sections)[number];
  /** Who sees it; absent: everybody who is signed in. */
  seen?: () => boolean;
  /** @param props.parts what follows the page's id in the address. */
  load: () => Promise<ComponentType<{ parts: string[] }>>;
}

const pages: PageOf[] = [
  {
    id: 'overview',
    title: 'Overview',
    section: 'Work',
    seen: () => may('rooms.read'),
    load: async () => (await import('./pages/overview.js')).OverviewPage,
  },
  {
    id: 'chat',
    title: 'Chat',
    section: 'Talk',
    load: async () => (await import('./pages/chat.js')).ChatPage,
  },
  {
    id: 'rooms',
    title: 'Rooms',
    section: 'Work',
    seen: () => may('rooms.read'),
    load: async () => (await import('./pages/rooms.js')).RoomsPage,
  },
  {
    id: 'turns',
    title: 'Turns',
    section: 'Work',
    seen: () => may('turns.read'),
    load: async () => (await import('./pages/turns.js')).TurnsPage,
  },
  {
    id: 'approvals',
    title: 'Approvals',
    section: 'Work',
    seen: () => may('approvals.read'),
    load: async () => (await import('./pages/approvals.js')).ApprovalsPage,
  },
  {
    id: 'agents',
    title: 'Agents',
    section: 'Agents',
    seen: () => may('agents.read'),
    load: async () => (await import('./pages/agents.js')).AgentsPage,
  },
];

/** Those that whoever is signed in may see. */
export function pagesSeen(): PageOf[] {
  return pages.filter(({ seen }) => seen?.() ?? true);
}
