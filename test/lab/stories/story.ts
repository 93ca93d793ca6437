/** What all composed stories share: their expected findings, fixed chance, and clients behind a balancer. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxVersion } from '../recording.ts';

/** What a reader of a story has to find, and what must never show. */
interface Expected {
  readonly story: string;
  /** WebSocket and other incidents, in no order. `count`: requests or sessions hit; null where timing decides. */
  readonly incidents: ReadonlyArray<{ cause: string; websocket: 'yes' | 'no'; count: number | null }>;
  /** Texts only an attacker wrote: never a client, server or upstream of an incident. */
  readonly forged?: readonly string[];
  /** Texts that must be masked wherever they occur. */
  readonly secrets?: readonly string[];
}

/** A fixed sequence in [0, 1), so that two recordings tell the same story. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

export function writeStory(folder: string, files: Readonly<Record<string, string>>, expected: Expected): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, 'latin1');
  const { story, ...rest } = expected;
  writeFileSync(
    join(folder, 'expected.json'),
    `${JSON.stringify({ story, nginx: nginxVersion(), ...rest }, null, 2)}\n`,
  );
}

/** People behind a load balancer that names them in X-Forwarded-For. */
export const forwarded = (address: string): Record<string, string> => ({ 'X-Forwarded-For': address });

export const BEHIND_BALANCER = 'set_real_ip_from 127.0.0.0/8;\nreal_ip_header X-Forwarded-For;';
