/** As whom somebody chats in the console who wrote from elsewhere: an account that always goes where that one goes. */
import { tokenConnector } from '../core/connector-settings.js';
import { accountBehind, consoleUser } from '../core/console-user.js';
import { type Account, readAccount, writtenAccount } from './account.js';
import { hubTenant } from './principal.js';

export function consoleAccount(account: Account): Account {
  return { connector: tokenConnector, tenant: hubTenant, userId: consoleUser(writtenAccount(account)) };
}

function isConsoleAccount({ connector, tenant, userId }: Account): boolean {
  return connector === tokenConnector && tenant === hubTenant && accountBehind(userId) !== null;
}

/** The account that somebody came from, of one in the console; any other is its own. */
export function baseOf(account: Account): Account {
  if (!isConsoleAccount(account)) return account;
  return readAccount(accountBehind(account.userId) ?? '') ?? account;
}
