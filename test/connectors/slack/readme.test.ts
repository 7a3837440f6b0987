import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scopes } from '../../../connectors/slack/scopes.js';
import { defaultScopes } from '../../platforms/slack/installing.js';

const folder = new URL('../../../connectors/slack/', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');
const manifest = JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)![1]!);

describe('the manifest in Slack’s README', () => {
  it('asks for the scopes that are used, and so does the test server', () => {
    expect(manifest.oauth_config.scopes.bot).toEqual(scopes);
    expect(defaultScopes).toEqual(scopes);
  });

  it('subscribes to the events that are listened to', () => {
    const source = readFileSync(new URL('listen.ts', folder), 'utf8');
    const heard = [...source.matchAll(/app\.event\('(\w+)'/g)].map((match) => match[1]!);
    const subscribed = manifest.settings.event_subscriptions.bot_events.map(
      (name: string) => name.split('.')[0],
    );
    expect([...new Set(subscribed)].sort()).toEqual(heard.sort());
  });

  it('stands above a table of files that exist', () => {
    const named = [...readme.matchAll(/`([\w-]+\.ts)`/g)].map((match) => match[1]!);
    expect(named.filter((file) => !existsSync(new URL(file, folder)))).toEqual([]);
    expect(readdirSync(folder).filter((file) => file.endsWith('.ts') && !named.includes(file))).toEqual([]);
  });
});
