/**
 * Conversations with questions and the turns that answer them, in LoCoMo's format (Maharana et al., 2024, arXiv
 * 2402.17753). The data are not part of this repository.
 */
import { readFileSync } from 'node:fs';

interface Turn {
  /** `D3:7`: the seventh of the third session. */
  id: string;
  speaker: string;
  /** With ` [shares CAPTION]` where there is a picture. */
  text: string;
  /** Unix ms. */
  at: number;
}

interface Asked {
  text: string;
  category: number;
  /** Ids of the turns that answer it. */
  evidence: string[];
}

export interface Conversation {
  name: string;
  turns: Turn[];
  questions: Asked[];
}

export interface Data {
  conversations: Conversation[];
  /** Evidence that names no turn, and questions that have none left. */
  unresolved: number;
  left: number;
}

interface Sample {
  sample_id: string;
  conversation: Record<string, unknown>;
  qa: { question: string; evidence?: string[]; category: number }[];
}

/** Multi-hop, temporal, open-domain, single-hop; the adversarial ones have no answer. */
const categories = new Set([1, 2, 3, 4]);
const betweenTurnsMs = 60_000;

export function readLocomo(file: string): Data {
  const data: Data = { conversations: [], unresolved: 0, left: 0 };
  for (const { sample_id: name, conversation, qa } of JSON.parse(readFileSync(file, 'utf8')) as Sample[]) {
    const turns = turnsOf(conversation);
    const known = new Set(turns.map(({ id }) => id));
    const questions: Asked[] = [];
    for (const { question: text, evidence = [], category } of qa) {
      if (!categories.has(category)) continue;
      const named = evidence.flatMap(idsOf);
      const resolved = [...new Set(named.filter((id) => known.has(id)))];
      data.unresolved += named.filter((id) => !known.has(id)).length;
      if (resolved.length > 0) questions.push({ text, category, evidence: resolved });
      else data.left++;
    }
    data.conversations.push({ name, turns, questions });
  }
  return data;
}

function turnsOf(conversation: Record<string, unknown>): Turn[] {
  const numbers = Object.keys(conversation).flatMap((key) => /^session_(\d+)$/.exec(key)?.[1] ?? []);
  return numbers
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((number) => {
      const begin = timeOf(String(conversation[`session_${number}_date_time`]));
      const said = conversation[`session_${number}`] as {
        speaker: string;
        dia_id: string;
        text: string;
        blip_caption?: string;
      }[];
      return said.map(({ speaker, dia_id: id, text, blip_caption: caption }, i) => ({
        ...{ id, speaker, at: begin + i * betweenTurnsMs },
        text: caption === undefined ? text : `${text} [shares ${caption}]`,
      }));
    });
}

/** `1:56 pm on 8 May, 2023`. */
function timeOf(text: string): number {
  const [, hour, minute, half, date] = /^(\d+):(\d+) ([ap]m) on (.+)$/i.exec(text.trim()) ?? [];
  const day = Date.parse(`${date?.replace(',', '')} UTC`);
  if (Number.isNaN(day)) throw new Error(`no date: ${text}`);
  const hours = (Number(hour) % 12) + (half!.toLowerCase() === 'pm' ? 12 : 0);
  return day + (60 * hours + Number(minute)) * 60_000;
}

/** Repairs `D8:6; D9:17`, `D:11:26`, `D09:017` and the like. */
function idsOf(evidence: string): string[] {
  const ids = [...evidence.matchAll(/D\s*:?\s*0*(\d+)\s*:\s*0*(\d+)/g)];
  return ids.length > 0 ? ids.map(([, session, turn]) => `D${session}:${turn}`) : [evidence];
}
