// Figures: medians, tables, and what the kernel knows of processes.

import { readFileSync, readdirSync } from 'node:fs';

const TICK_US = 10000; // USER_HZ is 100 everywhere

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.floor(sorted.length / 2)] : NaN;
}

export function table(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const width = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  for (const row of all) {
    console.log(`#   ${row.map((cell, i) => (i === 0 || i === 5 ? cell.padEnd(width[i]) : cell.padStart(width[i]))).join('  ').trimEnd()}`);
  }
}

// Of a process, in microseconds.
export function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

export const sum = (list, of) => list.reduce((n, one) => n + of(one), 0);

// A server's children come and go: one that is not there has spent nothing.
function cpuIfThere(pid) {
  try {
    return cpuOf(pid);
  } catch {
    return 0;
  }
}

// cpu({ redis: [7] }) begins; called later, it gives what each spent since.
export function cpu(programs) {
  const before = Object.entries(programs).map(([name, pids]) => [name, pids.map((pid) => [pid, cpuIfThere(pid)])]);
  return () => Object.fromEntries(before.map(([name, all]) => [
    name, sum(all, ([pid, was]) => Math.max(0, cpuIfThere(pid) - was)),
  ]));
}

// Resident bytes.
export function rss(pids) {
  return sum(pids, (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024);
}

// Resident bytes of their own: not those of a mapped file, which the kernel has
// for all anyway, and counts for each connection that maps it.
export function anonymous(pids) {
  return sum(pids, (pid) => Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024);
}

export function fds(pids) {
  return sum(pids, (pid) => readdirSync(`/proc/${pid}/fd`).length);
}
