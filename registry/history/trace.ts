import { plural, rounded } from '../markdown/number.ts';
import { standingOf, type VersionRecord } from '../record.ts';
import { type Commit, shortId } from './commit.ts';
import type { ChannelEvent } from './events.ts';
import { provenance, reason } from './provenance.ts';

/** From a version back to all that it came from, and forward to who let it serve. */
export interface Trace {
  record: VersionRecord;
  /** The commit that added the manifest; null where it is not committed. */
  registered: Commit | null;
  /** The commit that it was trained from, where this clone has it. */
  source: Commit | null;
  /** Commits that moved it, or made it go. */
  moves: readonly ChannelEvent[];
  shallow: boolean;
}

/** One link of the chain; untrusted text stands in `lines` as it is. */
export interface Link {
  name: string;
  lines: string[];
}

/** The chain in the order version → data → training → evaluation → commit → moves and their approvers. */
export function traceLinks(trace: Trace): Link[] {
  const { record, registered, source, moves } = trace;
  const { version, training, evaluation } = record;
  const { lineage, seconds, artifact, evidence, run } = version;
  const { train } = lineage.data;
  const span = train.start === null || train.end === null ? '' : `, ${train.start} to ${train.end}`;
  return [
    {
      name: 'version',
      lines: [
        `${version.model} ${version.version}, ${standingOf(record)}`,
        `artifact ${artifact.digest}, ${artifact.bytes} bytes, at ${artifact.uri}`,
        version.parent === null ? 'follows no version' : `follows ${version.parent}`,
      ],
    },
    {
      name: 'data',
      lines: [
        `${train.uri}: ${plural(train.rows, 'row')}${span}`,
        `sha256 ${train.digest}`,
        `features.sql ${lineage.features.sql}`,
        ...Object.entries(lineage.features.state).map(([name, digest]) => `state/${name}.sql ${digest}`),
      ],
    },
    {
      name: 'training',
      lines: [
        `${lineage.program.command} (${plural(lineage.program.files, 'file')}, ${lineage.program.digest})`,
        `params ${JSON.stringify(lineage.params)}, seed ${lineage.seed}`,
        `inputs ${lineage.input_digest}`,
        `evidence training-${evidence.training}${training === null ? ', which is not in the repository' : ''}`,
        ...(training === null
          ? []
          : [`begun ${training.timing.started_at} by ${training.timing.by ?? 'somebody unnamed'}`]),
        `took ${rounded(seconds)} s`,
        run === null
          ? 'in no workflow run: a local build'
          : `in run ${run.run_id}/${run.run_attempt} of ${run.repository} (${run.workflow}, ${run.event}, ${run.actor})`,
      ],
    },
    {
      name: 'evaluation',
      lines:
        evaluation === null
          ? [
              evidence.evaluation === null
                ? 'none: it was registered without'
                : `evaluation-${evidence.evaluation}, which is not in the repository`,
            ]
          : [
              `evidence evaluation-${evidence.evaluation}, measured ${evaluation.timing.measured_at}`,
              `benchmark ${evaluation.benchmark.digest}, ${plural(evaluation.benchmark.rows, 'row')}`,
              evaluation.champion === null
                ? 'beside no champion'
                : `beside the champion ${evaluation.champion.version ?? ''} ${evaluation.champion.digest}`,
              `policy ${evaluation.policy_digest}`,
            ],
    },
    { name: 'source', lines: sourceLines(trace, source) },
    {
      name: 'registered',
      lines: registered === null ? ['not committed yet'] : commitLines(registered),
    },
    ...moves.map((event) => ({
      name: event.moves.join(', ') || 'an edit that is no legal move',
      lines: commitLines(event.commit),
    })),
  ];
}

function sourceLines({ record, shallow }: Trace, source: Commit | null): string[] {
  const { commit, modified } = record.version.lineage;
  if (commit === null) return ['trained outside of git'];
  const changed = modified ? ['with files that differed from that commit'] : [];
  if (source !== null) return [...commitLines(source), ...changed];
  const why = shallow ? 'this clone is shallow' : 'it was removed, or lies in another repository';
  return [`${commit}, which this clone does not have: ${why}`, ...changed];
}

/** Who stands behind a commit, as it says itself. */
function commitLines(commit: Commit): string[] {
  const { author, committer, pull_request, co_authors, reviewers } = provenance(commit);
  return [
    `${shortId(commit.id)} ${commit.date} ${reason(commit)}`,
    `by ${author.name} <${author.email}>${committer === null ? '' : `, committed by ${committer.name} <${committer.email}>`}`,
    ...co_authors.map((one) => `with ${one}`),
    ...(pull_request === null ? [] : [`merged as pull request #${pull_request}`]),
    ...reviewers.map((one) => `reviewed by ${one}`),
    ...(reviewers.length === 0 ? ['names no reviewer'] : []),
  ];
}

/** What a reader must not take from a trace. */
export const CANNOT_KNOW = [
  'Names, addresses and times in git are what the committer wrote; only a signature, or GitHub, tells who it was.',
  'Who approved a pull request, and on which head, GitHub knows and git does not: a reviewer here is a line of a message.',
];
