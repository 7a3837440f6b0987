/** Who may talk to an agent: OpenClaw's words for it, as ours. What is not sure stays closed. */
import { beginningOf } from '../discreet.js';
import { type Fields, fieldsOf, listIn, textIn } from '../fields.js';
import type { Remark } from '../plan.js';

/** Read here or with the secrets; the others are listed. */
const read = new Set(
  'enabled name botToken token tokenFile appToken signingSecret mode dmPolicy dm allowFrom groupPolicy groupAllowFrom groups guilds channels requireMention'.split(
    ' ',
  ),
);
const placesUnder: Record<string, string> = { telegram: 'groups', discord: 'guilds', slack: 'channels' };

export function gateOf(
  platform: string,
  { path, fields }: { path: string; fields: Fields },
  paired: unknown[],
  remarks: Remark[],
): Fields {
  const direct = fieldsOf(fields.dm);
  const policy = textIn(fields.dmPolicy) ?? textIn(direct.policy) ?? 'pairing';
  const allowed = [...listIn(fields.allowFrom), ...listIn(direct.allowFrom)];
  const open = policy === 'open' && allowed.includes('*');
  if (policy === 'open' && !open)
    remarks.push({
      path: `${path}.dmPolicy`,
      why: 'is open without "*" in allowFrom: people need a code here',
    });
  if (policy === 'disabled')
    remarks.push({
      path: `${path}.dmPolicy`,
      why: 'is disabled: here only those under `allow.users` may write',
    });
  const users = usersOf(platform, [...allowed, ...paired], `${path}.allowFrom`, remarks);
  for (const key of Object.keys(fields).filter((one) => !read.has(one)))
    remarks.push({ path: `${path}.${key}`, why: 'there is no setting like it, or it needs none here' });
  if (listIn(fields.groupAllowFrom).length > 0)
    remarks.push({
      path: `${path}.groupAllowFrom`,
      why: 'who may write in a place is not told apart from the place',
    });
  const places = placesOf(platform, path, fields, remarks);
  const allow = { ...(users.length > 0 && { users }), ...places.allow };
  return {
    dm: open ? 'open' : policy === 'allowlist' || policy === 'disabled' ? 'allowlist' : 'pairing',
    ...places.settings,
    ...(Object.keys(allow).length > 0 && { allow }),
  };
}

function usersOf(platform: string, said: unknown[], path: string, remarks: Remark[]): string[] {
  const form = platform === 'slack' ? /^[UW][A-Z0-9]{2,40}$/ : /^\d{1,20}$/;
  const found = new Set<string>();
  for (const one of said.filter((value) => value !== '*')) {
    const text = String(one)
      .replace(/^(?:tg|telegram|discord|slack|user):/i, '')
      .trim();
    if (form.test(text)) found.add(text);
    else remarks.push({ path, why: `${beginningOf(text, 64)} is no id of a person; names may change hands` });
  }
  return [...found];
}

function placesOf(platform: string, path: string, fields: Fields, remarks: Remark[]) {
  const key = placesUnder[platform]!;
  const listed = Object.entries(fieldsOf(fields[key]));
  // Where nothing was said, a code lets a place in, as anywhere here.
  const policy = textIn(fields.groupPolicy) ?? (listed.length > 0 ? 'allowlist' : undefined);
  const settings: Fields = {};
  const ids: string[] = [];
  let always = fields.requireMention === false;
  for (const [id, said] of listed) {
    const { requireMention, allow, enabled, ...others } = fieldsOf(said);
    const here = `${path}.${key}.${id}`;
    if (id === '*') always = requireMention === false;
    else if (allow === false || enabled === false)
      remarks.push({ path: here, why: 'is turned off there, and not served here' });
    else if (/^-?\d{1,20}$|^[CGT][A-Z0-9]{2,40}$/.test(id)) ids.push(id);
    else remarks.push({ path: here, why: 'is no id of a place; names may change hands' });
    if (id !== '*' && requireMention === false)
      remarks.push({
        path: `${here}.requireMention`,
        why: 'counts for all places of an agent here (connectors.…groups)',
      });
    for (const other of Object.keys(others))
      if (other !== 'slug')
        remarks.push({ path: `${here}.${other}`, why: 'a place has no settings of its own here' });
  }
  const everywhere = listed.some(([id]) => id === '*');
  if (policy === 'disabled') settings.groups = 'off';
  else {
    if (policy !== undefined) settings.places = policy === 'open' ? 'open' : 'allowlist';
    if (always) settings.groups = 'always';
    if (policy === 'allowlist' && everywhere)
      remarks.push({
        path: `${path}.${key}.*`,
        why: 'lets every place in, which nothing but `places: open` does here',
      });
  }
  const allow = ids.length > 0 ? { [platform === 'discord' ? 'tenants' : 'channels']: ids } : {};
  return { settings, allow };
}
