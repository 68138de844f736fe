import { readMarker } from '#registry/markdown/pull-request/marker.ts';
import { parseModel } from '#registry/parse-model.ts';
import { flightModelPath } from '../../fixtures/model.ts';
import { pullChanges } from '../../github/pulls.ts';
import type { CheckRun, Pull } from '../../github/state.ts';
import { oracle as verdictOf } from '../../registry/judge-oracle.ts';
import type { PullName, Stage } from './stage.ts';

/** What a pull request's head deserves; null while it is not known. */
type Conclusion = 'success' | 'failure' | 'action_required' | null;

/**
 * What the promises ask of GitHub's state, written from their wording and read off the double's own tables, so that nothing
 * of the bot decides what is right. It knows the stories' pull requests alone: moves of the registry in them are legal.
 */
export function deserved(stage: Stage, name: PullName, pull: Pull): Conclusion {
  const touched = touches(stage, pull);
  const all: Conclusion[] = [];
  if (touched.includes('flight-delay')) {
    const evaluated = evaluation(stage, pull);
    // S9: what comes from a fork is a claim, once there is one.
    all.push(name === 'fork' && evaluated !== null ? 'action_required' : evaluated);
  }
  // S11: a person's move waits for the approvals that S8 counts.
  if (touched.includes('shop')) all.push(approved(pull) ? 'success' : 'action_required');
  for (const one of ['failure', 'action_required', null] as const) if (all.includes(one)) return one;
  return 'success';
}

/** The models that a pull request changes. */
function touches({ github }: Stage, pull: Pull): string[] {
  const paths = pullChanges(github.world, pull).map(({ path }) => path);
  return [
    ...(paths.some((path) => path.startsWith('models/flight-delay/')) ? ['flight-delay'] : []),
    ...(paths.some((path) => path.startsWith('registry/shop/')) ? ['shop'] : []),
  ];
}

/** S3, S6: the newest run on this very head, once it has ended, by the policy that the base has now. */
function evaluation({ github, repo, runs }: Stage, pull: Pull): Conclusion {
  const known = github.world.repositories.find(({ id }) => id === repo.id)?.runs ?? [];
  const newest = known
    .filter(({ sha }) => sha === pull.head.sha)
    .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())[0];
  if (newest === undefined || newest.status !== 'completed') return null;
  const measures = runs.find(({ id }) => id === newest.id)?.measures;
  if (measures === undefined) return 'failure';
  const { model } = parseModel(repo.files(pull.base.ref)[flightModelPath] ?? '', flightModelPath);
  return { pass: 'success', fail: 'failure', inconclusive: 'action_required' }[
    verdictOf(model, measures)
  ] as Conclusion;
}

/** S8: a person's last review, on this head, by somebody who may write and had no hand in it. */
function approved({ author, head, reviews }: Pull): boolean {
  return ['olga', 'bob', 'ann'].some((login) => {
    const last = reviews.filter((one) => one.author === login).at(-1);
    return last?.state === 'APPROVED' && last.commit === head.sha && login !== author;
  });
}

/** What is wrong once everything is at rest. */
export function atRest(stage: Stage): string[] {
  const wrong: string[] = [];
  const say = (text: string) => void wrong.push(text);
  for (const [name, number] of stage.pulls) {
    const pull = stage.repo.pull(number);
    if (pull.state !== 'open') continue;
    const ours = stage.repo.comments(number).filter(({ author }) => author === stage.us.login);
    const markers = ours.map(({ body }) => readMarker(body));
    const models = markers.map((marker) => marker?.model ?? 'none').sort();
    const touched = touches(stage, pull).sort();
    if (JSON.stringify(models) !== JSON.stringify(touched))
      say(`S12: ${name} has comments on [${models.join()}] and touches [${touched.join()}]`);
    if (markers.some((marker) => marker?.head !== pull.head.sha))
      say(`S12: a comment on ${name} is about an older head`);
    const wanted = deserved(stage, name, pull);
    for (const check of ['tiltyard', ...touched.map((model) => `tiltyard / ${model}`)]) {
      const found = newest(stage, pull.head.sha, check);
      const is = found === undefined ? 'absent' : found.conclusion;
      if (is !== wanted) say(`S10: ${check} of ${name} is ${is}, and should be ${wanted}`);
    }
  }
  for (const sha of stage.pushes) {
    const all = stage.repo.checks(sha).filter(({ app }) => app === stage.us.app);
    const found = all.map(({ conclusion, name }) => `${name} ${conclusion}`).join();
    if (found !== 'tiltyard / direct push failure') say(`S11: the push ${sha.slice(0, 7)} bears [${found}]`);
  }
  for (const [id, { body, by, edited, pull }] of stage.written) {
    const there = stage.repo.comments(pull).find((one) => one.id === id);
    if (there === undefined || !body.startsWith('/tiltyard') || stage.repo.pull(pull).state !== 'open') continue;
    const answers = there.reactions.filter(({ author }) => author === stage.us.login).map(({ content }) => content);
    const wanted = by === 'eve' ? ['confused'] : ['+1'];
    const isRight = edited ? answers.length === 1 : answers.join() === wanted.join();
    if (!isRight) say(`S14: "${body}" of ${by} was answered by [${answers.join()}]`);
  }
  return wrong;
}

/** Of a name, the newest of our App's: only that counts. */
function newest({ repo, us }: Stage, sha: string, name: string): CheckRun | undefined {
  return repo.checks(sha).find((one) => one.app === us.app && one.name === name);
}

/** Looks at GitHub's state at every moment of a trace. */
export interface Witness {
  /** People, git or Actions did something. */
  happened(): void;
  /** The bot may have done something. */
  look(): void;
  /** What was wrong at any moment. */
  readonly wrong: readonly string[];
  /** How often a comment showed an older head than before, for a moment. */
  readonly wentBack: number;
}

/** What must hold at every moment, also between two calls of the bot. */
export function witness(stage: Stage): Witness {
  const wrong = new Set<string>();
  /** Heads that deserved to be green at some moment so far. */
  const green = new Set<string>();
  const shown = new Map<number, number>();
  let wentBack = 0;
  let checked = 0;
  const { repo, us } = stage;
  const say = (text: string) => void wrong.add(text);
  return {
    get wrong() {
      return [...wrong];
    },
    get wentBack() {
      return wentBack;
    },
    happened() {
      for (const [name, number] of stage.pulls) {
        const pull = repo.pull(number);
        if (pull.state === 'open' && deserved(stage, name, pull) === 'success') green.add(pull.head.sha);
      }
    },
    look() {
      const there = stage.github.world.repositories.find(({ id }) => id === repo.id);
      const checks = there?.checks ?? [];
      for (const { app, conclusion, name, sha, status } of checks.slice(checked)) {
        if (app !== us.app || status !== 'completed') continue;
        if (name === 'tiltyard / direct push' && !stage.pushes.includes(sha))
          say(`S11: ${sha.slice(0, 7)} is called a push to the registry`);
        if (conclusion === 'success' && name === 'tiltyard' && !green.has(sha))
          say(`S10: ${sha.slice(0, 7)} turned green and never deserved it`);
        if (!['success', 'failure', 'action_required'].includes(conclusion ?? ''))
          say(`S10: a check ended ${conclusion}`);
      }
      // Those that have not ended may end later.
      checked = Math.max(
        0,
        checks.findIndex(({ status }) => status !== 'completed'),
      );
      if (checks.every(({ status }) => status === 'completed')) checked = checks.length;
      for (const { author, body, id, issue } of there?.comments ?? []) {
        const said = stage.written.get(id);
        if (author !== us.login) {
          if (said !== undefined && said.body !== body) say(`S15: a comment of ${author} was changed`);
          continue;
        }
        const marker = readMarker(body);
        const heads = stage.heads.get(issue) ?? [];
        const at = heads.indexOf(marker?.head ?? '');
        for (const { head, line } of marker?.history ?? []) {
          const then = heads.indexOf(head);
          if (then < 0 || then >= at) say(`S12: the history of ${issue} knows a head that was not before`);
          if (line.startsWith('✅') && !green.has(head))
            say(`S12: the history of ${issue} praises ${head.slice(0, 7)}`);
        }
        if (at < 0) continue;
        if (at < (shown.get(id) ?? at)) wentBack += 1;
        shown.set(id, at);
      }
      for (const id of stage.written.keys())
        if (there?.comments.every((one) => one.id !== id)) say(`S12: a comment of somebody else is gone`);
      // One command, one more attempt; however often it is asked whether that was done.
      const asked = [...stage.written.values()].filter(
        ({ body, by }) => body === '/tiltyard evaluate' && by !== 'eve',
      ).length;
      const again = (there?.runs ?? []).reduce((sum, { attempt }) => sum + attempt - 1, 0);
      if (again > asked) say(`S14: ${asked} commands started ${again} runs`);
    },
  };
}
