import { writtenAccount } from '../access/account.js';
import type { Party } from '../access/links.js';
import { harmless } from '../core/harmless.js';
import { roomIdOf } from '../core/memory.js';
import type { LinkDesk } from '../operations/operation.js';
import type { Buttons } from './buttons.js';
import type { Notices } from './notices.js';

const answerMs = 10 * 60 * 1000;

/** Tells both of whoever links two accounts. Names are anybody's, so the account stands beside them. */
export function linkDesk(notices: Pick<Notices, 'tell'>, buttons: Pick<Buttons, 'mint'>): LinkDesk {
  const tell = async (
    { account, agentId, source, name }: Party,
    text: string,
    once: string,
    offered?: Button[],
  ) => {
    const author = { id: account.userId, ...(name && { name }) };
    const minted = await Promise.all(
      (offered ?? []).map((button) =>
        buttons.mint({
          ...{ agentId, roomId: roomIdOf(agentId, source), user: account.userId, direct: true },
          ...{ ...button, command: true, ttlMs: answerMs },
        }),
      ),
    );
    const notice = { text, ...(minted.length > 0 && { buttons: minted }) };
    await notices.tell({ agentId, source, direct: true, author }, notice, once);
  };
  return {
    async ask({ number, giver, typist }) {
      const text = [
        `${nameOf(typist)} has typed your code. Is this account yours, too?`,
        'Whoever has it would have all that you may do, and you what they may. Press a button, or write /link yes or /link no within ten minutes.',
      ].join('\n');
      await tell(giver, text, `link:${number}`, [
        { label: 'Yes, it is mine', text: `/link yes ${number}`, style: 'primary' },
        { label: 'No', text: `/link no ${number}`, style: 'danger' },
      ]);
    },
    async answered({ number, giver, typist }, linked) {
      const text = linked
        ? `This account and ${nameOf(giver)} are linked now: one person. If that is not you, write /unlink.`
        : `${nameOf(giver)} has said no: nothing is linked.`;
      await tell(typist, text, `linked:${number}`);
    },
  };
}

interface Button {
  label: string;
  text: string;
  style: 'primary' | 'danger';
}

/** Of an account: what it calls itself, on one line, and what it is. */
export function nameOf({ account, name }: Pick<Party, 'account' | 'name'>): string {
  const shown = harmless(name ?? '')
    .replace(/[\s"“”`]+/g, ' ')
    .trim()
    .slice(0, 60);
  return shown === '' ? writtenAccount(account) : `"${shown}" (${writtenAccount(account)})`;
}
