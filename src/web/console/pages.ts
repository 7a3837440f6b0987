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

/** Members may see their own tasks, schedules and documents, but only of a room: these pages are of all rooms. */
const operates = () => may('rooms.read');

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
  {
    id: 'tasks',
    title: 'Tasks',
    section: 'Work',
    seen: operates,
    load: async () => (await import('./pages/tasks.js')).TasksPage,
  },
  {
    id: 'schedules',
    title: 'Schedules',
    section: 'Work',
    seen: operates,
    load: async () => (await import('./pages/schedules.js')).SchedulesPage,
  },
  {
    id: 'deliveries',
    title: 'Deliveries',
    section: 'Work',
    seen: () => may('deliveries.read'),
    load: async () => (await import('./pages/deliveries.js')).DeliveriesPage,
  },
  {
    id: 'switches',
    title: 'Pauses',
    section: 'Work',
    seen: () => may('switches.read'),
    load: async () => (await import('./pages/switches.js')).SwitchesPage,
  },
  {
    id: 'connectors',
    title: 'Connectors',
    section: 'Agents',
    seen: () => may('agents.read'),
    load: async () => (await import('./pages/connectors.js')).ConnectorsPage,
  },
  {
    id: 'tools',
    title: 'Tools',
    section: 'Agents',
    seen: () => may('policy.read'),
    load: async () => (await import('./pages/tools.js')).ToolsPage,
  },
  {
    id: 'policy',
    title: 'Policy',
    section: 'Agents',
    seen: () => may('policy.read'),
    load: async () => (await import('./pages/policy.js')).PolicyPage,
  },
  {
    id: 'scores',
    title: 'Scores',
    section: 'Agents',
    seen: () => may('scores.read'),
    load: async () => (await import('./pages/scores.js')).ScoresPage,
  },
  {
    id: 'lessons',
    title: 'Lessons',
    section: 'Agents',
    seen: () => may('lessons.read'),
    load: async () => (await import('./pages/lessons.js')).LessonsPage,
  },
  {
    id: 'you',
    title: 'About you',
    section: 'People',
    seen: () => may('people.read'),
    load: async () => (await import('./pages/person.js')).YouPage,
  },
  {
    id: 'people',
    title: 'People',
    section: 'People',
    seen: () => may('roles.read'),
    load: async () => (await import('./pages/people.js')).PeoplePage,
  },
  {
    id: 'pairings',
    title: 'Let in',
    section: 'People',
    seen: () => may('pairings.read'),
    load: async () => (await import('./pages/pairings.js')).PairingsPage,
  },
  {
    id: 'tokens',
    title: 'Tokens',
    section: 'People',
    seen: () => may('tokens.read'),
    load: async () => (await import('./pages/tokens.js')).TokensPage,
  },
  {
    id: 'knowledge',
    title: 'Knowledge',
    section: 'Keep',
    seen: () => may('documents.add'),
    load: async () => (await import('./pages/knowledge.js')).KnowledgePage,
  },
  {
    id: 'memory',
    title: 'Memory',
    section: 'Keep',
    seen: () => may('memories.read'),
    load: async () => (await import('./pages/memory.js')).MemoryPage,
  },
  {
    id: 'secrets',
    title: 'Secrets',
    section: 'Keep',
    seen: () => may('secrets.read'),
    load: async () => (await import('./pages/secrets.js')).SecretsPage,
  },
  {
    id: 'stored',
    title: 'Stored data',
    section: 'Keep',
    seen: () => may('retention.read'),
    load: async () => (await import('./pages/stored.js')).StoredPage,
  },
  {
    id: 'usage',
    title: 'Usage',
    section: 'System',
    seen: () => may('usage.read'),
    load: async () => (await import('./pages/usage.js')).UsagePage,
  },
  {
    id: 'health',
    title: 'Health',
    section: 'System',
    seen: () => may('health.read'),
    load: async () => (await import('./pages/health.js')).HealthPage,
  },
  {
    id: 'audit',
    title: 'Audit',
    section: 'System',
    seen: () => may('audit.read'),
    load: async () => (await import('./pages/audit.js')).AuditPage,
  },
];

/** Those that whoever is signed in may see. */
export function pagesSeen(): PageOf[] {
  return pages.filter(({ seen }) => seen?.() ?? true);
}
