import { resolve } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import { openRepository } from '#lib/git/repository.ts';
import { type ChannelHistory, readChannelHistory } from '#lib/registry/channel-history.ts';
import type { Verb } from '#lib/verb.ts';
import type { World } from '#lib/world.ts';
import { shortId } from '#registry/history/commit.ts';
import { type ChannelEvent, eventAt, firstBackwards } from '#registry/history/events.ts';
import { provenance, reason } from '#registry/history/provenance.ts';
import { printable } from '#registry/printable.ts';

export const HistoryInputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under registry/'),
  at: z
    .union(
      [z.iso.date(), z.iso.datetime({ offset: true })],
      'is no day as 2026-03-01, and no time as 2026-03-01T12:00:00Z',
    )
    .optional()
    .describe('Tell what was champion then: at the end of a day (UTC), or at a time'),
  format: z.enum(['text', 'json']).default('text').describe('How to print it: text or json'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

export const verb: Verb<typeof HistoryInputs> = {
  description: 'Tells who moved which version to which channel, when, why and on which evidence, from git.',
  inputs: HistoryInputs,
  async run({ model, at, format, root }, world) {
    const repository = await openRepository({ root: resolve(root), env: world.env, signal: world.signal });
    const history = await readChannelHistory(repository, model);
    const backwards = firstBackwards(history.events);
    const notes = [
      'Times are those of the commits, by the clocks of whoever made them: git proves none of them.',
      ...(backwards === null
        ? []
        : [
            `Commit ${shortId(backwards.id)} is dated before the one that it follows: its time, or that one, is wrong.`,
          ]),
      ...(repository.shallow
        ? ['This clone is shallow: its history is cut off. git fetch --unshallow brings it.']
        : []),
    ];
    if (at !== undefined) tellMoment(history, { model, at, format, notes }, world);
    else if (format === 'json') {
      world.print(
        JSON.stringify(
          { model, head: repository.head, notes, moves: history.events.map((event) => asJson(event, history)) },
          null,
          2,
        ),
      );
    } else {
      for (const event of history.events.toReversed()) world.print(`${asText(event, history)}\n`);
      for (const note of notes) world.print(pc.dim(note));
    }
    return 0;
  },
};

/** A day means its end. */
function momentOf(at: string): Date {
  return new Date(at.includes('T') ? at : `${at}T23:59:59.999Z`);
}

interface Asked {
  model: string;
  at: string;
  format: 'text' | 'json';
  notes: string[];
}

function tellMoment({ events }: ChannelHistory, { model, at, format, notes }: Asked, world: World): void {
  const moment = momentOf(at);
  const event = eventAt(events, moment);
  const channels = event?.channels ?? null;
  const champion = channels?.champion ?? null;
  const since = event === null ? null : becameChampion(events.slice(0, events.indexOf(event) + 1));
  if (format === 'json') {
    const known = { commit: event?.commit.id ?? null, date: event?.commit.date ?? null };
    world.print(
      JSON.stringify(
        { model, at: moment.toISOString(), ...known, channels, problems: event?.problems ?? [], notes },
        null,
        2,
      ),
    );
    return;
  }
  const when = `At ${moment.toISOString()}`;
  if (event === null) world.print(`${when} ${model} had no channels yet.`);
  else if (event.channels === null)
    world.print(`${when} channels.yaml of ${model} could not be read (commit ${shortId(event.commit.id)}).`);
  else if (champion === null) world.print(`${when} ${model} had no champion.`);
  else {
    const by = since === null ? '' : `, since ${since.commit.date} (commit ${shortId(since.commit.id)})`;
    world.print(`${when} the champion of ${model} was ${champion}${by}.`);
    const { canary } = event.channels;
    if (canary !== null) world.print(`The canary was ${canary.version} with ${canary.traffic} % of the traffic.`);
  }
  for (const sentence of event?.problems ?? []) world.print(warning(sentence));
  for (const note of notes) world.print(pc.dim(note));
}

const warning = (sentence: string) => `  ${pc.yellow('!')} ${printable(sentence)}`;

/** The last of some events that made another version champion. */
function becameChampion(events: readonly ChannelEvent[]): ChannelEvent | null {
  const championOf = (event: ChannelEvent | undefined) => event?.channels?.champion ?? null;
  return events.findLast((event, index) => championOf(event) !== championOf(events[index - 1])) ?? null;
}

/** Evidence by which versions were moved: what their manifests name, and what was committed with the move. */
function evidenceOf({ versions, evidence }: ChannelEvent, { manifests }: ChannelHistory): string[] {
  const named = versions.flatMap((number) => {
    const of = manifests.get(number)?.evidence;
    if (of === undefined) return [];
    return [`training-${of.training}`, ...(of.evaluation === null ? [] : [`evaluation-${of.evaluation}`])];
  });
  return [...new Set([...named, ...evidence])];
}

function asJson(event: ChannelEvent, history: ChannelHistory): object {
  const { commit, moves, problems, channels } = event;
  return {
    commit: commit.id,
    date: commit.date,
    ...provenance(commit),
    moves,
    problems,
    reason: reason(commit),
    message: commit.message,
    evidence: evidenceOf(event, history),
    channels,
  };
}

function asText(event: ChannelEvent, history: ChannelHistory): string {
  const { commit, moves, problems } = event;
  const { author, committer, pull_request, reviewers, co_authors } = provenance(commit);
  const by = [
    `${author.name} <${author.email}>`,
    ...co_authors.map((one) => `with ${one}`),
    ...(committer === null ? [] : [`committed by ${committer.name}`]),
    ...(pull_request === null ? [] : [`pull request #${pull_request}`]),
    ...reviewers.map((one) => `reviewed by ${one}`),
  ];
  const lines = [
    pc.bold(moves.length === 0 ? 'no version moved' : printable(moves.join(', '))),
    `  ${commit.date}  ${shortId(commit.id)}  ${printable(by.join(', '))}`,
    `  why: ${printable(reason(commit))}`,
    ...problems.map(warning),
    ...evidenceOf(event, history).map((name) => `  evidence: ${name}`),
  ];
  return lines.join('\n');
}
