// What following a log costs: the processor's time for a line, and for doing nothing. Read from /proc, so on Linux only.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WSLOG } from './programs.mjs';

const IDLE_S = 10;
const PIECES = 20;
const TICKS_PER_S = 100;

/**
 * @param {string} log whose first bytes are written to the followed log, piece by piece
 * @returns {Promise<{ perLineUs: number, idleMsPerS: number, peak: number, lines: number } | null>} peak in KiB
 */
export async function costOfWatching(log, megabytes, folder) {
  if (!existsSync('/proc/self/stat')) return null;
  const followed = join(folder, 'followed.log');
  const text = readFileSync(log).subarray(0, megabytes * 1e6);
  const end = text.lastIndexOf(10) + 1;
  const warm = text.indexOf(10, Math.floor(end / 4)) + 1;
  writeFileSync(followed, '');
  const args = ['watch', '--format', 'ndjson', '--no-state', '--no-nginx-conf', followed];
  const child = spawn(WSLOG[0], [...WSLOG.slice(1), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await new Promise((resolve, reject) => {
      child.stderr.once('data', resolve);
      child.once('error', reject);
    });
    await settled(child.pid);
    const idleFrom = cpuSeconds(child.pid);
    await pause(IDLE_S * 1000);
    const idle = cpuSeconds(child.pid) - idleFrom;
    // The first lines compile the program; what a line costs afterwards is what a day of watching is made of.
    await append(followed, text.subarray(0, warm), child.pid);
    const busyFrom = cpuSeconds(child.pid);
    const began = performance.now();
    const rest = text.subarray(warm, end);
    await append(followed, rest, child.pid);
    const took = (performance.now() - began) / 1000;
    const busy = cpuSeconds(child.pid) - busyFrom - (idle / IDLE_S) * took;
    const lines = rest.filter((byte) => byte === 10).length;
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0);
    return { perLineUs: (busy / lines) * 1e6, idleMsPerS: (idle / IDLE_S) * 1000, peak, lines };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function append(path, bytes, pid) {
  const size = Math.ceil(bytes.length / PIECES);
  for (let at = 0; at < bytes.length; at += size) {
    appendFileSync(path, bytes.subarray(at, at + size));
    await pause(100);
  }
  await settled(pid);
}

/** Waits until the process has had nothing to do for a second. */
async function settled(pid) {
  for (let before = -1; ; ) {
    const now = cpuSeconds(pid);
    if (before !== -1 && now - before < 0.02) return;
    before = now;
    await pause(1000);
  }
}

/** Processor time of a process, own and system's, in seconds. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}
