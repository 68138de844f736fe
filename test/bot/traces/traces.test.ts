import { describe, expect, it } from 'vitest';
import { random } from '#lib/statistics/random.ts';
import { drawnMishaps, playMishaps } from './mishaps.ts';
import { witness } from './oracle.ts';
import { endingOfClean, orders, playOrder } from './orders.ts';
import { play } from './play.ts';
import { traces } from './proof.ts';
import { interpreted, interpretedPlain } from './rendered.ts';
import { drawnStory, type StepName, steps } from './steps.ts';

const { cases, draws, seed } = traces;

/** The rows of the table that begin with a promise, each on a small sample. */
async function holds(promise: string): Promise<void> {
  const found = cases.filter((name) => name.startsWith(promise));
  expect(found).not.toEqual([]);
  for (const name of found) {
    const rows = await traces.run(name, { draws: draws.sample, seed });
    expect(rows).toMatchObject([{ promise: name, traces: draws.sample, violations: 0 }]);
  }
}

describe(`the bot on ${draws.sample} traces of each kind (in full ${draws.full} and more)`, () => {
  it('L2 ends the same whatever webhooks are late or lost', () => holds('L2'));
  it('S8 counts approvals of the head that is there in the end', () => holds('S8'));
  it('S11 tells of a push to the registry, whatever goes wrong', () => holds('S11'));
  it('S12 leaves one comment, whoever else is at it', () => holds('S12'));
  it('S14 ends the same whatever comes twice, fails or ends', () => holds('S14'));
  it('L6 writes its comment again', () => holds('L6'));
  it('S15 lets no text of others become more than text', () => holds('S15'));
});

describe('the proof of it', () => {
  it('tries as many orders as there are', () => {
    // (2n − 1)!!: of 2n places the last step takes none before it, the one before it three, and so on.
    for (const [steps, count] of [
      [1, 1],
      [2, 3],
      [3, 15],
      [4, 105],
      [5, 945],
    ] as const) {
      const all = [...orders(steps, [1])].map((order) => order.join());
      expect([all.length, new Set(all).size]).toEqual([count, count]);
    }
    const [lost, twice] = [[...orders(1, [0, 1, 2])], [...orders(2, [2])]];
    expect(lost).toEqual([['step'], ['step', 0], ['step', 0, 0]]);
    // Both of the last step come last; those of the first are any two of the places that are left.
    expect(twice).toHaveLength(10);
  });

  it('plays every step in its stories', () => {
    const { integer, ...rest } = random(7);
    const drawn = Array.from({ length: 50 }, () => drawnStory({ integer, ...rest })).flat();
    const used = new Set<StepName>([...drawn, 'evaluated']);
    expect(Object.keys(steps).filter((name) => [...used].every((one) => one !== name))).toEqual([]);
  });

  it('objects where nobody looks, and where a command is obeyed for a stranger', async () => {
    const story: StepName[] = ['opened', 'evaluated'];
    const played = play(story);
    while (await played.step());
    expect(played.complaints(await endingOfClean(story))).toEqual([
      'S12: model has comments on [] and touches [flight-delay]',
      'S10: tiltyard of model is absent, and should be success',
      'S10: tiltyard / flight-delay of model is absent, and should be success',
      expect.stringContaining('S14: without model | check'),
      expect.stringContaining('S14: without model | check'),
      expect.stringContaining('S14: without model | ours'),
    ]);
    const { stage, witness } = played;
    const [{ id }] = stage.runs;
    const { owner, repo } = stage.repo;
    const client = stage.github.asApp(stage.app, 'acme');
    await client.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', { owner, repo, run_id: id });
    witness.look();
    expect(witness.wrong).toEqual(['S14: 0 commands started 1 runs']);
  });

  it('objects to a green check that nothing speaks for, and to a comment of somebody else’s that is gone', async () => {
    const { stage, step, witness } = play(['opened', 'explain asked']);
    while (await step());
    const client = stage.github.asApp(stage.app, 'acme');
    const place = { owner: stage.repo.owner, repo: stage.repo.repo };
    const head = stage.repo.pull(1).head.sha;
    const check = { ...place, head_sha: head, name: 'tiltyard', status: 'completed', conclusion: 'success' };
    await client.request('POST /repos/{owner}/{repo}/check-runs', check);
    witness.look();
    expect(witness.wrong).toEqual([`S10: ${head.slice(0, 7)} turned green and never deserved it`]);
    const [comment] = stage.repo.comments(1);
    await client.request('DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}', {
      ...place,
      comment_id: comment.id,
    });
    witness.look();
    expect(witness.wrong).toContain('S12: a comment of somebody else is gone');
  });

  it('objects to a push to the registry that nobody tells of, and to one that is none', async () => {
    const { complaints, stage, step } = play(['registry pushed past', 'base moved']);
    while (await step());
    const [sha] = stage.pushes;
    const untold = `S11: the push ${sha.slice(0, 7)} bears []`;
    expect(complaints(null)).toEqual([untold]);
    const main = stage.repo.head();
    const check = { head_sha: main, name: 'tiltyard / direct push', status: 'completed', conclusion: 'failure' };
    const place = { owner: stage.repo.owner, repo: stage.repo.repo };
    await stage.github
      .asApp(stage.app, 'acme')
      .request('POST /repos/{owner}/{repo}/check-runs', { ...place, ...check });
    const seen = witness(stage);
    seen.look();
    expect(seen.wrong).toEqual([`S11: ${main.slice(0, 7)} is called a push to the registry`]);
  });

  it('is the same for the same seed', async () => {
    const story: StepName[] = ['opened', 'evaluated', 'pushed'];
    const twice = [1, 2].map(() => drawnMishaps(20, random(3)));
    expect(twice[0]).toEqual(twice[1]);
    const [first, second] = [await playMishaps(story, twice[0]), await playMishaps(story, twice[1])];
    expect(first.stage.github.faults.calls).toEqual(second.stage.github.faults.calls);
    const [order] = orders(3, [2]);
    const both = [await playOrder(story, order), await playOrder(story, order)];
    expect(both[0].stage.github.world.repositories[0].comments).toEqual(
      both[1].stage.github.world.repositories[0].comments,
    );
  });
});

describe('what GitHub would interpret', () => {
  it.each([
    ['Ask @olga', 'mention: Ask @olga'],
    ['See #12', 'reference: See #12'],
    ['See 0123456789abcdef', 'reference: See 0123456789abcdef'],
    ['It costs $x^2$', 'formula: It costs $x^2$'],
    ['[x](https://evil.example)', 'link: https://evil.example'],
    ['www.evil.example', 'link: http://www.evil.example'],
    ['![](https://evil.example/a.png)', 'element: img'],
    ['a <b>c</b>', 'element: b'],
    ['a <details onclick="x">b</details>', 'attribute: onClick'],
    ['a <!-- b -->', 'comment:  b '],
    ['- [x] done', 'element: input'],
    ['~~a~~', 'element: del'],
    ['a\u202Eb', 'the character U+202e'],
    ['a\u0000b', 'the character U+0'],
    ['```mermaid\ngraph TD; A[“@olga”]\n```', 'a diagram with words of others'],
    ['<!-- tiltyard:1 eyJ9 -->\n<!-- tiltyard:1 eyJ9 -->', 'comment:  tiltyard:1 eyJ9 '],
  ])('is found in %j', (markdown, wrong) => {
    expect(interpreted(markdown)).toContain(wrong);
  });

  it.each([
    '<!-- tiltyard:1 eyJ9 -->\n**a** `@olga #12 <b> $x$ www.a.example`',
    '```\n@olga\n```',
    '> [!WARNING]\n> A claim.',
    '<details><summary>History</summary>\n\n- `0123456`: passes\n\n</details>',
    '[run](https://github.com/acme/models/actions/runs/12)',
    '| a | b |\n| :- | -: |\n| 1 | ✅ 2 % |',
  ])('is not found in %j', (markdown) => {
    expect(interpreted(markdown)).toEqual([]);
  });

  it('is told of plain text by its signs', () => {
    expect(interpretedPlain('flight-delay passes: 3 < 4, as 1.5.0 does.')).toEqual([]);
    for (const text of ['@olga', '<b>', '[x](y)', 'https://x', 'www.x', 'a\u0007', '\u202E'])
      expect(interpretedPlain(text)).toHaveLength(1);
  });
});
