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
];

/** Those that whoever is signed in may see. */
export function pagesSeen(): PageOf[] {
  return pages.filter(({ seen }) => seen?.() ?? true);
}
