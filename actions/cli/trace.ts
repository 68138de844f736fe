import { resolve } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import { readCommit, readLog } from '#lib/git/log.ts';
import { type GitRepository, openRepository } from '#lib/git/repository.ts';
import { readChannelHistory } from '#lib/registry/channel-history.ts';
import { type Found, findVersions } from '#lib/registry/find.ts';
import { readRecord } from '#lib/registry/record.ts';
import type { Verb } from '#lib/verb.ts';
import { UserError } from '#registry/error.ts';
import { type ChannelEvent, eventsOf } from '#registry/history/events.ts';
import { CANNOT_KNOW, type Trace, traceLinks } from '#registry/history/trace.ts';
import { printable } from '#registry/printable.ts';

export const TraceInputs = z.strictObject({
  what: z.string().min(1).describe('A version, or a digest or commit that it was made of (its first 7 digits or more)'),
  model: z.string().min(1).optional().describe('The model; by default whichever has it'),
  format: z.enum(['text', 'json']).default('text').describe('How to print it: text or json'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

/** More versions of one dataset are named, not told. */
const MOST = 5;

export const verb: Verb<typeof TraceInputs> = {
  description: 'Traces a version, or whatever it was made of: version, data, evaluation, commit, approver.',
  inputs: TraceInputs,
  positional: ['what'],
  async run({ what, model, format, root: given }, world) {
    const root = resolve(given);
    const repository = await openRepository({ root, env: world.env, signal: world.signal });
    const found = await findVersions(root, what, model);
    const traces = await Promise.all(found.slice(0, MOST).map((one) => traceOf(repository, one)));
    if (format === 'json') {
      const all = traces.map((trace, index) => ({ as: found[index].as, links: traceLinks(trace) }));
      world.print(JSON.stringify({ what, traces: all, more: more(found), notes: CANNOT_KNOW }, null, 2));
      return 0;
    }
    traces.forEach((trace, index) => {
      world.print(`${pc.bold(printable(whatItIs(what, found[index])))}\n`);
      for (const link of traceLinks(trace)) {
        world.print(pc.bold(printable(link.name)));
        for (const line of link.lines) world.print(`  ${printable(line)}`);
      }
      world.print('');
    });
    if (found.length > MOST) world.print(`Also of ${more(found).join(', ')}.\n`);
    for (const note of CANNOT_KNOW) world.print(pc.dim(note));
    return 0;
  },
};

function whatItIs(what: string, { as, version: { model, version } }: Found): string {
  return version === what ? `${what} is a version of ${model}.` : `${what} is ${as} of ${model} ${version}.`;
}

function more(found: readonly Found[]): string[] {
  return found.slice(MOST).map(({ version }) => `${version.model} ${version.version}`);
}

async function traceOf(repository: GitRepository, { version, path }: Found): Promise<Trace> {
  const { model, version: number, lineage } = version;
  const slashed = path.replaceAll('\\', '/');
  const [record, log, source, history] = await Promise.all([
    readRecord(repository.root, model, number),
    readLog(repository, { paths: [slashed] }),
    lineage.commit === null ? null : readCommit(repository, lineage.commit),
    movesOf(repository, model),
  ]);
  const moves = eventsOf(history, number);
  return { record, registered: log[0] ?? null, source, moves, shallow: repository.shallow };
}

/** None where the channels were never committed. */
async function movesOf(repository: GitRepository, model: string): Promise<ChannelEvent[]> {
  const history = await readChannelHistory(repository, model).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });
  return history?.events ?? [];
}
