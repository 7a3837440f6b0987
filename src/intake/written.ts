/** Commands as people write them: the one place that reads them, and that decides whose they are. */
/** `/name`, or `/name@account`, and what follows. */
const form = /^\s*\/([a-z][a-z0-9_]{0,31})(?:@(\w{1,64}))?(?:\s+([\s\S]*))?$/i;

export interface Written {
  name: string;
  args: string;
}

/** `us` and `another`: it names the account it is for. `anyone`: it names none. */
interface Command extends Written {
  to: 'us' | 'another' | 'anyone';
}

/**
 * Null for text that is no command. Where the platform's commands name no accounts, what looks as if one did is no
 * command either.
 */
export function writtenIn({ text, account }: { text: string; account?: string }): Command | null {
  const [, name, named, args = ''] = form.exec(text) ?? [];
  if (name === undefined || (named !== undefined && account === undefined)) return null;
  const isOurs = named?.toLowerCase() === account?.toLowerCase();
  const to = named === undefined ? 'anyone' : isOurs ? 'us' : 'another';
  return { name: name.toLowerCase(), args: args.trim(), to };
}
