import { readMarker } from '#registry/markdown/pull-request/marker.ts';
import { flightModelPath } from '../../fixtures/model.ts';
import type { Stage } from './stage.ts';

/**
 * What people find on the open pull requests in the end, as lines that two runs of a story can be compared by. Of what our
 * comments remember of earlier heads nothing: that is no more than was seen of them.
 */
export type Ending = string[];

/** Ids differ with how much was written before: runs and their evidence are named by their place in the story instead. */
export function endingOf({ github, heads, pulls, repo, runs, us, written }: Stage): Ending {
  const lines: string[] = [];
  const named = (text: string) =>
    runs.reduce(
      (left, { id }, index) =>
        left.replaceAll(new RegExp(`/actions/runs/${id}(/artifacts/(\\d+))?`, 'g'), (_, evidence, artifact) => {
          const all = repo.artifacts(id).map((one) => String(one.id));
          return `/run ${index}${evidence === undefined ? '' : `/evidence ${all.indexOf(artifact)}`}`;
        }),
      // Any commit of the base may be shown whose policy is that of the base.
      text.replaceAll(/\/blob\/([0-9a-f]{40})\//g, (_, sha) =>
        [...heads.values()].flat().includes(sha)
          ? `/head ${sha}/`
          : `/base ${repo.files(sha)[flightModelPath] === repo.files()[flightModelPath]}/`,
      ),
    );
  for (const [name, number] of pulls) {
    const pull = repo.pull(number);
    if (pull.state !== 'open') continue;
    for (const comment of repo.comments(number)) {
      const reactions = comment.reactions.map(({ author, content }) => `${author} ${content}`).sort();
      if (comment.author !== us.login) {
        // What was answered before an edit is not asked again after it.
        const answers = written.get(comment.id)?.edited === true ? [] : reactions;
        lines.push([name, 'comment', comment.author, comment.body, ...answers].join(' | '));
        continue;
      }
      const marker = readMarker(comment.body);
      const [, ...shown] = comment.body.split('\n');
      const text = shown.join('\n').replace(/\n*<details><summary>History<\/summary>[^]*?<\/details>/, '');
      lines.push([name, 'ours', marker?.model, marker?.head, marker?.line, named(text), ...reactions].join(' | '));
    }
    for (const { annotations, app, conclusion, name: check, status, summary, title } of repo.checks(pull.head.sha)) {
      const said = [app === us.app ? 'ours' : 'theirs', check, status, conclusion, title, named(summary ?? '')];
      // GitHub adds to the annotations of a check and takes none back: two that end it at once say the same twice.
      const remarks = [...new Set(annotations.map((one) => JSON.stringify(one)))];
      lines.push([name, 'check', ...said, ...remarks].join(' | '));
    }
  }
  const reruns = runs.map(({ id }, index) => {
    const run = github.world.repositories.find((one) => one.id === repo.id)?.runs.find((one) => one.id === id);
    return `run ${index} | attempt ${run?.attempt} | ${run?.status}`;
  });
  return [...lines, ...reruns].sort();
}

/** What one ending has and the other lacks; of lines that are much alike, where they differ. */
export function differences(got: Ending, clean: Ending): string[] {
  const less = clean.filter((line) => !got.includes(line));
  const more = got.filter((line) => !clean.includes(line));
  return [
    ...more.map((line) => {
      const begin = line.slice(0, 30);
      const other = less.find((one) => one.startsWith(begin)) ?? '';
      const at = Math.max(0, [...line].findIndex((_, index) => line.slice(0, index) !== other.slice(0, index)) - 40);
      return `S14: ${begin} … ${line.slice(at, at + 100)}, not ${other.slice(at, at + 100)}`;
    }),
    ...less.slice(more.length).map((line) => `S14: without ${line.slice(0, 100)}`),
  ];
}
