import { describe, expect, it } from 'vitest';
import type { GitHub } from '#registry/github/client.ts';
import { readFailure } from '../../../bot/snapshot/failure.ts';
import type { EndRun } from '../../github/repo.ts';
import { HttpError } from '../../github/requests.ts';
import { createScene } from '../../github/scene.ts';

type Job = NonNullable<EndRun['jobs']>[number];
const LOGS = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs';

async function failureOf(jobs: Job[], by: (client: GitHub) => GitHub = (client) => client) {
  const { client, repo } = createScene();
  const run = repo.startRun({ event: 'push' });
  repo.completeRun(run, { conclusion: 'failure', jobs });
  return readFailure(by(client), { owner: repo.owner, repo: repo.repo }, run);
}
const linesOf = async (log: string | null) => (await failureOf([{ name: 'train', conclusion: 'failure', log }]))?.lines;
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `line ${i + 1}`);

describe('why a workflow failed', () => {
  it.each<[string, Job[], { job: string; step: string | null } | null]>([
    [
      'the job that failed',
      [{ name: 'train' }, { name: 'evaluate', conclusion: 'failure' }],
      { job: 'evaluate', step: null },
    ],
    [
      'the first of two',
      [
        { name: 'a', conclusion: 'failure' },
        { name: 'b', conclusion: 'failure' },
      ],
      { job: 'a', step: null },
    ],
    [
      'the step',
      [
        {
          name: 'train',
          conclusion: 'failure',
          steps: [
            { name: 'Set up', conclusion: 'success' },
            { name: 'npm ci', conclusion: 'failure' },
            { name: 'later', conclusion: 'skipped' },
          ],
        },
      ],
      { job: 'train', step: 'npm ci' },
    ],
    [
      'a failure before what it cancelled',
      [
        { name: 'a', conclusion: 'cancelled' },
        { name: 'b', conclusion: 'failure' },
      ],
      { job: 'b', step: null },
    ],
    [
      'what took too long',
      [
        { name: 'a', conclusion: 'skipped' },
        { name: 'b', conclusion: 'timed_out' },
      ],
      { job: 'b', step: null },
    ],
    [
      'nothing, where no job tells',
      [{ name: 'a' }, { name: 'b', conclusion: 'skipped' }, { name: 'c', conclusion: null }],
      null,
    ],
    ['nothing, where no job began', [], null],
  ])('names %s', async (_, jobs, expected) => {
    const failure = await failureOf(jobs);
    expect(failure === null ? null : { job: failure.job, step: failure.step }).toEqual(expected);
  });

  it.each<[string, string | null, string[]]>([
    ['no log', null, []],
    ['an empty one', '', []],
    ['GitHub’s times', '\uFEFF2026-11-21T08:00:00.1234567Z one\n2026-11-21T08:00:00.1234567Z two\n', ['one', 'two']],
    ['lines of Windows', 'one\r\ntwo\r\n', ['one', 'two']],
    ['empty lines', '\n\none\n   \n\t\ntwo\n\n', ['one', 'two']],
    ['more than twenty lines', numbered(50).join('\n'), numbered(50).slice(-20)],
    ['a mask', 'token: ***\n', ['token: ***']],
    [
      'what looks like a secret and GitHub did not mask',
      `fetching with ghs_17_eyJhbGciOiJSUzI1NiJ9.eyJhcHAiOjd9.c2ln and https://x.example/?sig=abc&part=1\n`,
      ['fetching with *** and https://x.example/?***&part=1'],
    ],
    ['colours', '\u001b[31mError:\u001b[0m \u001b[1;38;5;9mno\u001b[m file', ['Error: no file']],
    ['a link of the terminal’s', '\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007 here', ['click here']],
    ['a title of the terminal’s', '\u001b]0;owned\u0007done', ['done']],
    ['half a sequence', 'done\u001b[', ['done[']],
    ['bells, nulls and backspaces', 'a\u0000b\u0007c\u0008d\u009be', ['abcde']],
    ['tabs', '\tat main.ts:1\t2', ['\tat main.ts:1\t2']],
    ['progress that writes over itself', 'epoch 1\repoch 2\repoch 3\nend', ['epoch 3', 'end']],
    ['a long line', 'x'.repeat(600), [`${'x'.repeat(500)}…`]],
    ['one line of a megabyte', 'x'.repeat(1_000_000), [`${'x'.repeat(500)}…`]],
  ])('shows the end of the log: %s', async (_, log, expected) => {
    expect(await linesOf(log)).toEqual(expected);
  });

  it('shows the end of a huge log, and of one that is endless nothing', async () => {
    const huge = `${'a line that says little\n'.repeat(800_000)}the end\n`;
    expect((await linesOf(huge))?.at(-1)).toBe('the end');
    let chunks = 0;
    const endless = (client: GitHub): GitHub => ({
      request: async (route, parameters) => {
        if (route !== LOGS) return client.request(route, parameters);
        const pull = (to: ReadableStreamDefaultController) => {
          chunks += 1;
          to.enqueue(Buffer.alloc(1_000_000, 'x'));
        };
        return { status: 200, headers: {}, data: new ReadableStream({ pull }) };
      },
    });
    const failure = await failureOf([{ name: 'train', conclusion: 'failure', log: '' }], endless);
    expect(failure).toEqual({ job: 'train', step: null, lines: [] });
    expect(chunks).toBeLessThan(60);
  });

  it.each([404, 410, 403, 500, 502])('is told without the log where its store answers with %d', async (status) => {
    const broken = (client: GitHub): GitHub => ({
      request: async (route, parameters) => {
        if (route === LOGS) throw new HttpError('Gone', status);
        return client.request(route, parameters);
      },
    });
    const failure = await failureOf([{ name: 'train', conclusion: 'failure', log: 'x' }], broken);
    expect(failure).toEqual({ job: 'train', step: null, lines: [] });
  });
});
