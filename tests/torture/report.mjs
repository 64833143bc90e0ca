// What a run of torture.mjs came to, in a few lines; around each of the first
// findings what its client saw and what was killed.

import { DOUBLE, LOST, ORDER, count } from './check.mjs';

const PLACES_SHOWN = 3; // of each kind and part
const AROUND = 4; // events on each side
const BEFORE_MS = 1500; // of what else happened

export class Result {
  constructor({ findings, timeline, began, events, kills, reconnects, repeats }) {
    Object.assign(this, { findings, timeline, began, events, kills, reconnects, repeats });
  }

  summary() {
    const { events, kills, reconnects, findings } = this;
    const of = (kind) => `${count(findings, kind)} ${kind}`;
    return `torture: ${events} events, ${kills} kills, ${reconnects} reconnects, ${[LOST, DOUBLE, ORDER].map(of).join(', ')}`;
  }

  seconds(at) {
    return `${((at - this.began) / 1000).toFixed(3)} s`;
  }

  // The events about the place, and what happened to the client meanwhile.
  around({ client, stream, index }) {
    const near = stream.slice(Math.max(0, index - AROUND), index + AROUND);
    const from = (near[0]?.at ?? this.began) - BEFORE_MS;
    const to = index < stream.length ? near.at(-1).at : Infinity;
    return [
      ...near.map(({ at, ...what }) => ({ at, what: JSON.stringify(what) })),
      ...this.timeline.filter(({ at, what }) => at >= from && at <= to &&
        (what.startsWith(`${client} `) || what.endsWith('killed'))),
    ].sort((a, b) => a.at - b.at).map(({ at, what }) => `#     ${this.seconds(at)}  ${what}`);
  }

  // By kind and part; many are lost at one place, which is one.
  groups() {
    const groups = new Map();
    for (const one of this.findings) {
      const name = `${one.kind} (${one.part})`;
      const group = groups.get(name) ?? { name, count: 0, places: [] };
      const last = group.places.at(-1);
      group.count++;
      if (one.stream && last?.stream === one.stream && last.index === one.index) last.more++;
      else group.places.push({ ...one, more: 0 });
      groups.set(name, group);
    }
    return [...groups.values()];
  }

  report() {
    const groups = this.groups();
    return [
      ...groups.flatMap(({ name, places }) => places.slice(0, PLACES_SHOWN).flatMap((one) => [
        `# ${name}: ${one.client}: ${one.what}${one.more ? ` and ${one.more} more` : ''}`,
        ...(one.stream ? this.around(one) : []),
      ])),
      ...groups.map((group) => `# ${group.count} ${group.name}`),
      `# ${this.repeats} appends came again after they had taken effect`,
      this.summary(),
    ];
  }
}
