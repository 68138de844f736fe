import { expect, onTestFinished } from 'vitest';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { evaluationOf } from '../fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../fixtures/model.ts';
import { createGitHub, type GitHubDouble, type GitHubOptions } from './github.ts';
import type { EndRun, Repo } from './repo.ts';
import type { Client } from './requests.ts';
import type { App, Permissions } from './state.ts';
import { zipOf } from './zip.ts';

/** What our App may do at most, and hears of. */
export const PERMISSIONS: Permissions = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
};
const EVENTS = ['check_run', 'issue_comment', 'pull_request', 'pull_request_review', 'push', 'workflow_run'];

/** A double that must not have been asked anything that GitHub does not describe by the time the test ends. */
export function testGitHub(options: GitHubOptions = {}): GitHubDouble {
  const github = createGitHub(options);
  onTestFinished(() => {
    expect(github.violations).toEqual([]);
  });
  return github;
}

/** A user's repository with one model, `flight-delay`, and the bot installed at its owner. */
export interface Scene {
  github: GitHubDouble;
  repo: Repo;
  app: App;
  /** Who the bot is. */
  us: { app: number; login: string; starter: boolean };
  /** The bot's own client. */
  client: Client;
  /** A branch that changes the model, and a pull request from it. */
  propose(options?: { branch?: string; by?: string; from?: Repo; files?: Record<string, string> }): number;
  /** The workflow runs on the pull request's head and uploads evidence; gives the run's id. */
  evaluate(pull: number, overrides?: Partial<Evaluation>, ending?: EndRun): number;
}

export function createScene(options: GitHubOptions & { files?: Record<string, string> } = {}): Scene {
  const github = testGitHub(options);
  const app = github.createApp({ slug: 'tiltyard', permissions: PERMISSIONS, events: EVENTS });
  github.install(app, 'acme');
  const files = {
    [flightModelPath]: flightModelText,
    'models/flight-delay/features.sql': 'SELECT flight_id, distance FROM source\n',
    'README.md': '# Models\n',
    ...options.files,
  };
  const repo = github.createRepository('acme/models', { files, by: 'olga' });
  const us = { app: app.id, login: 'tiltyard[bot]', starter: false };
  const client = github.asApp(app, 'acme');
  // That it was installed is no part of the story.
  github.takeDeliveries();
  return {
    github,
    repo,
    app,
    us,
    client,
    propose: ({ branch = 'better', by = 'ann', files: changes, from } = {}) => {
      const features = 'SELECT flight_id, distance, origin FROM source\n';
      (from ?? repo).push(branch, changes ?? { 'models/flight-delay/features.sql': features }, { by });
      return repo.openPull({ head: branch, by, ...(from === undefined ? {} : { from }) });
    },
    evaluate: (pull, overrides = {}, ending = {}) => {
      const run = repo.startRun({ pull });
      const zip = evidenceZip(overrides);
      repo.completeRun(run, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }], ...ending });
      return run;
    },
  };
}

/** What our action uploads for a model. */
export const evidenceZip = (overrides: Partial<Evaluation> = {}): Uint8Array =>
  zipOf({ 'evaluation.json': JSON.stringify(evaluationOf(overrides)) });
