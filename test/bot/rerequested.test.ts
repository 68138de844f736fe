import { describe, expect, it } from 'vitest';
import { look } from '../../bot/look.ts';
import { hint } from '../../bot/snapshot/memory.ts';
import { oneClient, runBot } from './running-bot.ts';
import { watchedScene } from './watched.ts';

const POST_CHECK = 'POST /repos/{owner}/{repo}/check-runs';

/** A pull request that was evaluated, and that everything was said of. */
async function settled() {
  const scene = watchedScene();
  const { client, evaluate, github, memory, place, propose, repo, us } = scene;
  const pull = propose();
  evaluate(pull);
  const { sha } = repo.pull(pull).head;
  const lookNow = async () => {
    const { done } = await look(client, place, us, github.now(), { memory });
    return done.map(({ action, outcome }) => `${action.kind} ${outcome}`);
  };
  while ((await lookNow()).length > 0);
  const runs = () => Object.fromEntries(repo.checks(sha).map(({ id, name }) => [name, id]));
  const said = () =>
    repo
      .checks(sha)
      .map(({ annotations, conclusion, name, summary, title }) => ({
        annotations,
        conclusion,
        name,
        summary,
        title,
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  const required = () => runs()['tiltyard'] ?? 0;
  return { ...scene, sha, lookNow, runs, said, required };
}

describe('a check that somebody asks for anew', () => {
  it('is written anew once, saying the same, so that its suite ends; the others stay', async () => {
    const { client, github, place, repo, required, runs, said, sha, us } = await settled();
    const { bot, log, send } = await runBot(oneClient(client, us), github.now);
    bot.wake(place);
    await bot.idle();
    github.takeDeliveries();
    const [before, words] = [runs(), said()];
    repo.rerequest(required(), 'bob');
    expect(repo.suite(us.app, sha)).toBe('queued');
    const [delivery] = github.takeDeliveries();
    const deliver = async () => {
      expect(await send(delivery?.event ?? '', delivery?.payload)).toBe(200);
      await bot.idle();
    };
    await deliver();
    const after = runs();
    expect(after['tiltyard']).toBeGreaterThan(before['tiltyard'] ?? 0);
    expect(after['tiltyard / flight-delay']).toBe(before['tiltyard / flight-delay']);
    expect(said()).toEqual(words);
    expect(repo.suite(us.app, sha)).toBe('completed');
    // Nothing is left of it; a second webhook is a second request.
    bot.wake(place, { head: sha });
    await bot.idle();
    expect(runs()).toEqual(after);
    await deliver();
    expect(runs()['tiltyard']).toBeGreaterThan(after['tiltyard'] ?? 0);
    expect(said()).toEqual(words);
    expect(log.filter((line) => /"level":[456]0/.test(line))).toEqual([]);
  });

  it('is written anew with all others where all of them were asked for', async () => {
    const { lookNow, memory, place, runs, said, sha } = await settled();
    const [before, words] = [runs(), said()];
    hint(memory, place, { head: sha, rerequested: null });
    expect(await lookNow()).toEqual(['check written', 'check written']);
    for (const [name, id] of Object.entries(runs())) expect(id).toBeGreaterThan(before[name] ?? 0);
    expect(said()).toEqual(words);
    expect(await lookNow()).toEqual([]);
  });

  it('is tried again where GitHub refused it, and not where it only lost the answer', async () => {
    const { github, lookNow, memory, place, required, runs, sha } = await settled();
    const before = required();
    hint(memory, place, { head: sha, rerequested: 'tiltyard' });
    github.faults.forget();
    github.faults.at({ route: POST_CHECK }, 'error-before');
    expect(await lookNow()).toEqual(['check failed']);
    expect(required()).toBe(before);
    github.faults.clear();
    github.faults.forget();
    github.faults.at({ route: POST_CHECK }, 'error-after');
    expect(await lookNow()).toEqual(['check written']);
    expect(github.faults.calls.filter((route) => route === POST_CHECK)).toHaveLength(1);
    expect(required()).toBeGreaterThan(before);
    const made = runs();
    expect(await lookNow()).toEqual([]);
    expect(runs()).toEqual(made);
  });

  it('is left alone where it has not ended, or is none of ours, or is on another head', async () => {
    const { evaluate, lookNow, memory, place, propose, repo, runs, sha } = await settled();
    hint(memory, place, { head: sha, rerequested: 'lint' });
    hint(memory, place, { head: repo.head(), rerequested: null });
    expect(await lookNow()).toEqual([]);
    const open = propose({ branch: 'other' });
    repo.startRun({ pull: open });
    while ((await lookNow()).length > 0);
    const before = runs();
    const head = repo.pull(open).head.sha;
    hint(memory, place, { head, rerequested: null });
    expect(await lookNow()).toEqual([]);
    // What it ends with is new enough.
    const ids = repo.checks(head).map(({ id }) => id);
    evaluate(open);
    while ((await lookNow()).length > 0);
    expect(repo.checks(head).map(({ conclusion, id }) => [id, conclusion])).toEqual(ids.map((id) => [id, 'success']));
    expect(runs()).toEqual(before);
  });
});
