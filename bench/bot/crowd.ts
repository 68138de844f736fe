import { stringify } from 'yaml';
import { evaluationOf } from '../../test/fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../../test/fixtures/model.ts';
import { versionDocument } from '../../test/fixtures/version.ts';
import { type Objects, writeBlob, writeCommit, writeTree } from '../../test/github/git.ts';
import { createGitHub, type GitHubDouble } from '../../test/github/github.ts';
import { serveGitHub } from '../../test/github/http.ts';
import { refMoved } from '../../test/github/pull-events.ts';
import type { Repo } from '../../test/github/repo.ts';
import { issueToken } from '../../test/github/tokens.ts';
import { zipOf } from '../../test/github/zip.ts';
import { Order } from './orders.ts';

/*
 * The double in a process of its own, so that its time is not counted as the bot's: a repository with many versions in its
 * registry and many open pull requests, each of which changes the model. It answers to what its parent asks of it.
 */

const features = (name: string) => `SELECT flight_id, distance, origin AS "${name}" FROM source\n`;

/** A registry of one model: its champion's manifest is real; of the others, nobody reads more than their names. */
function registryOf(versions: number): Record<string, string> {
  const files: Record<string, string> = {
    'registry/flight-delay/channels.yaml': 'champion: 1.0.0\n',
    'registry/flight-delay/versions/1.0.0.yaml': stringify(
      versionDocument('1.0.0', (version) => {
        version.model = 'flight-delay';
      }),
      { aliasDuplicateObjects: false, lineWidth: 0 },
    ),
  };
  for (let i = 1; i < versions; i++) {
    files[`registry/flight-delay/versions/1.${i}.0.yaml`] = `version: 1.${i}.0\n`;
    files[`registry/flight-delay/evidence/training-${String(i).padStart(64, '0')}.json`] = `${i}\n`;
  }
  return files;
}

/** A branch that changes one file of the model, without writing all the other trees again. */
function branch({ objects, now }: GitHubDouble['world'], from: string, text: string): string {
  const commit = objects.commits.get(from);
  const replaced = (tree: string, [name = '', ...rest]: string[]): string =>
    writeTree(
      objects,
      entries(objects, tree).map((entry) => {
        if (entry.name !== name) return entry;
        return { ...entry, sha: rest.length === 0 ? writeBlob(objects, text) : replaced(entry.sha, rest) };
      }),
    );
  const tree = replaced(commit?.tree ?? '', ['models', 'flight-delay', 'features.sql']);
  const who = { name: 'ann', email: 'ann@users.noreply.github.com', date: now };
  return writeCommit(objects, { tree, parents: [from], author: who, committer: who, message: 'Change features' });
}

const entries = (objects: Objects, tree: string) => objects.trees.get(tree) ?? [];

function build(pulls: number, versions: number) {
  const github = createGitHub({
    // Building it takes more than GitHub allows in an hour; what a sweep takes is counted.
    limits: { hourly: 1e9, pointsAMinute: 1e9, creationsAMinute: 1e9, creationsAnHour: 1e9 },
  });
  const permissions = { actions: 'write', checks: 'write', contents: 'read', pull_requests: 'write' } as const;
  const app = github.createApp({ slug: 'tiltyard', permissions: { ...permissions }, events: [] });
  const installation = github.install(app, 'acme');
  const files = {
    ...registryOf(versions),
    [flightModelPath]: flightModelText,
    'models/flight-delay/features.sql': features('origin'),
    'README.md': '# Models\n',
  };
  const repo = github.createRepository('acme/models', { files, by: 'olga' });
  const [repository] = github.world.repositories;
  if (repository === undefined) throw new Error('the double has no repository');
  for (let i = 0; i < pulls; i++) {
    const name = `change-${i}`;
    repository.refs.set(`refs/heads/${name}`, branch(github.world, repo.head(), features(name)));
    const pull = repo.openPull({ head: name, by: 'ann' });
    end(repo, repo.startRun({ pull }));
  }
  const expires = new Date(github.now().getTime() + 365 * 86_400_000);
  const token = issueToken(
    github.world,
    { kind: 'app', app: app.id, permissions: { ...permissions }, installation },
    expires,
  );
  return { github, repo, repository, token, app: app.id };
}

function end(repo: Repo, run: number): void {
  const zip = zipOf({ 'evaluation.json': JSON.stringify(evaluationOf()) });
  repo.completeRun(run, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }] });
}

const [pulls = 0, versions = 0] = process.argv.slice(2).map(Number);
const { app, github, repo, repository, token } = build(pulls, versions);
const { url } = await serveGitHub(github);
const runs: number[] = [];
let pushed = 0;

process.on('message', (message) => {
  const order = Order.parse(message);
  github.world.now = new Date(order.now);
  if (order.kind === 'begin') for (let i = 1; i <= order.pulls; i++) runs.push(repo.startRun({ pull: i }));
  if (order.kind === 'end') for (const run of runs.splice(0, order.pulls)) end(repo, run);
  if (order.kind === 'push') {
    for (let i = 0; i < order.pulls; i++) {
      pushed += 1;
      const name = `change-${pulls - pushed}`;
      const after = branch(github.world, repo.head(name), features(`again-${pushed}`));
      refMoved(github.world, repository, { ref: `refs/heads/${name}`, before: repo.head(name), after, by: 'ann' });
    }
  }
  const { calls, unchanged } = github.faults;
  process.send?.({ calls, unchanged, violations: github.violations });
  github.faults.forget();
});
process.on('disconnect', () => process.exit());
process.send?.({ url, token, app, now: github.now().getTime() });
