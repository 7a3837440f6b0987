/**
 * One run in which nothing is killed: the connections between the hubs and their database are cut, most of them in the
 * middle of a command. `mongodb.md`, rows 1, 2 and 13, is what must be met and must not be noticed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cut, TcpProxy } from '../support/tcp-proxy.js';
import { Clients } from './clients.js';
import { type Address, members } from './cluster.js';
import type { Evidence } from './evidence.js';
import { now } from './journal.js';
import { Random } from './random.js';
import { onStage } from './stage.js';
import { type Figures, judge, type Verdict } from './verdict.js';

export interface CutOptions {
  messages: number;
  rooms: number;
  seed: number;
  /** How long connections are cut, in seconds, while messages are sent. */
  seconds: number;
  /** How long the database cannot be reached, in ms, at half of that time; 0: never. */
  awayMs: number;
  say?: (line: string) => void;
}

export interface CutFigures extends Figures {
  /** Cuts inside an open command, by kind. */
  cuts: Partial<Record<Cut, number>>;
  cutsInCommands: number;
  /** Commands that met a connection which was gone: the driver may wait for them for ever. */
  neverEnding: number;
  /** Writes of workers, most of them commits of turns, whose connection was reset. */
  cutCommits: number;
  /** How long the database was away, in seconds. */
  awaySeconds: number;
  /** From the last cut until the last room had all its answers. */
  answeredSeconds: number;
}

export interface CutVerdict extends Verdict {
  figures: CutFigures;
}

/** From the last cut until every room must be answered, in ms. */
const answeredWithinMs = 60_000;

/** More than a connection takes whose other end does not read. */
const fileBytes = 5_000_000;

/** Between two cuts, in ms. */
const cutEveryMs = 250;

/** A black hole takes as long as an operation may, and whoever is behind it waits: they are few. */
const often: Cut[] = ['half written', 'unanswered', 'unanswered, ended', 'storm', 'storm, ended'];
const kinds: Cut[] = [...often, ...often, 'black hole'];

/** On the server of `MONGODB_URL`, or on a protocol server. */
export function runCuts(options: CutOptions): Promise<CutVerdict> {
  const { messages, rooms, seed, seconds, say = () => {} } = options;
  return onStage(seed, async (stage) => {
    const { cluster, receiver, database } = stage;
    // One for each role, so that it is known whose command was cut.
    const [gateways, workers] = await Promise.all([
      TcpProxy.before(database.url),
      TcpProxy.before(database.url),
    ]);
    const proxies = [gateways, workers];
    const through = (proxy: TcpProxy) => ({ MONGODB_URL: proxy.through(database.url) });
    await cluster.start([
      ...members('gateway', 2, through(gateways)),
      ...members('worker', 2, through(workers)),
    ]);
    say(`2 gateways and 2 workers are ready; ${messages} messages go to ${rooms} rooms`);
    const { addresses } = cluster;
    const gapMs = (seconds * 1000 * rooms) / messages;
    const clients = new Clients({ messages, rooms, seed, gapMs, callbackUrl: receiver.url, addresses });
    const patience = AbortSignal.timeout(seconds * 1000 + options.awayMs + 2 * answeredWithinMs);
    const talk = clients.run(patience);
    // Its sender waits for room in a connection that is gone before there is any: row 1. New ones take the least.
    gateways.close();
    await gateways.open();
    gateways.plan('black hole', ['insert'], fileBytes / 2);
    const file = sendFile(addresses, receiver.url, patience);
    const awayMs = await cut(proxies, options);
    const lastCut = now();
    say(`${proxies.flatMap(({ met }) => met).length} commands were cut`);
    await Promise.race([talk, sleep(answeredWithinMs)]);
    while (receiver.answered.size < messages + 1 && now() < lastCut + 2 * answeredWithinMs) await sleep(100);
    await stage.quiet(answeredWithinMs);
    await Promise.all([talk, file]);
    const evidence = await stage.evidence(clients, []);
    for (const proxy of proxies) proxy.close();
    return figure(evidence, { gateways, workers, lastCut, awayMs });
  });
}

/** A message with a file, until a gateway has it. */
async function sendFile(addresses: Address[], callbackUrl: string, signal: AbortSignal): Promise<void> {
  for (let tries = 0; !signal.aborted; tries++) {
    const { url, token } = addresses[tries % addresses.length]!;
    const body = new FormData();
    const fields = { text: 'a file', userId: 'carol', roomId: 'files', messageId: 'file', callbackUrl };
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append('file', new Blob([new Uint8Array(fileBytes)]), 'large.bin');
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/assistant/message`, { method: 'POST', headers, body }).catch(
      () => null,
    );
    if (response?.status === 202) return;
    await sleep(500);
  }
}

/** Gives how long the database was away, in ms. */
async function cut(proxies: TcpProxy[], { seconds, awayMs, seed }: CutOptions): Promise<number> {
  const random = new Random(seed, 'cuts');
  const end = now() + seconds * 1000;
  const middle = now() + seconds * 500;
  let away = 0;
  for (let round = 0; now() < end + away; round++) {
    await sleep(random.gap(cutEveryMs));
    if (awayMs > 0 && away === 0 && now() > middle) {
      const from = now();
      for (const proxy of proxies) proxy.close();
      await sleep(awayMs);
      await Promise.all(proxies.map((proxy) => proxy.open()));
      away = now() - from;
    }
    const proxy = random.pick(proxies);
    // Every third one meets what is written: messages that are taken, and turns that are committed.
    proxy.plan(kinds[round % kinds.length]!, round % 3 === 0 ? ['insert'] : []);
  }
  for (const proxy of proxies) proxy.spare();
  return away;
}

interface Course {
  gateways: TcpProxy;
  workers: TcpProxy;
  lastCut: number;
  awayMs: number;
}

function figure(evidence: Evidence, { gateways, workers, lastCut, awayMs }: Course): CutVerdict {
  const verdict = judge(evidence, 0);
  const met = [...gateways.met, ...workers.met];
  const cuts: CutFigures['cuts'] = {};
  for (const { cut } of met) cuts[cut] = (cuts[cut] ?? 0) + 1;
  const entries = evidence.incarnations.flatMap((incarnation) => incarnation.entries());
  const answered = evidence.rooms.flatMap(({ received }) => received.map(({ at }) => at));
  const answeredSeconds = Math.max(0, ...answered.map((at) => at - lastCut)) / 1000;
  const figures: CutFigures = {
    ...verdict.figures,
    ...{ cuts, answeredSeconds, cutsInCommands: met.length, awaySeconds: awayMs / 1000 },
    neverEnding: entries.filter(({ type }) => type === 'dead write').length,
    cutCommits: workers.met.filter(({ cut, command }) => command === 'insert' && resets.has(cut)).length,
  };
  const late = answeredSeconds * 1000 > answeredWithinMs;
  const broken = [...verdict.broken, ...(late ? [`answered ${answeredSeconds} s after the last cut`] : [])];
  const ended = evidence.incarnations.filter(({ diedAt }) => diedAt !== null).length;
  const notes = [...verdict.notes, `${ended} processes ended by themselves and were started again`];
  return { ...verdict, figures, broken, notes };
}

const resets = new Set<Cut>(['half written', 'unanswered', 'storm']);
