import { describe, expect, it } from 'vitest';
import { DESCRIBED } from './described.ts';
import { createGitHub } from './github.ts';
import { checkAnswer, checkPayload, checkRequest, Undescribed } from './openapi.ts';

const place = { owner: 'acme', repo: 'models' };
const CHECK = 'POST /repos/{owner}/{repo}/check-runs';

describe('a request that GitHub does not describe', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['no such route', 'GET /repos/{owner}/{repo}/champions', place],
    ['a parameter of the path is missing', 'GET /repos/{owner}/{repo}', { owner: 'acme' }],
    ['a number as text', 'GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...place, pull_number: '7' }],
    ['an unknown parameter', 'GET /repos/{owner}/{repo}/pulls', { ...place, sorted: 'updated' }],
    ['a value that is none of those allowed', 'GET /repos/{owner}/{repo}/pulls', { ...place, sort: 'newest' }],
    ['a body that is missing', CHECK, { ...place }],
    ['a required property is missing', CHECK, { ...place, name: 'tiltyard' }],
    ['an unknown property', CHECK, { ...place, name: 'tiltyard', head_sha: 'a', sha: 'a' }],
    [
      'an unknown property deep inside',
      CHECK,
      { ...place, name: 'a', head_sha: 'a', output: { title: 'a', summary: 'a', body: 'a' } },
    ],
    [
      'too long a text',
      CHECK,
      { ...place, name: 'a', head_sha: 'a', output: { title: 'a', summary: 'a'.repeat(65_536) } },
    ],
    [
      'too many annotations',
      CHECK,
      {
        ...place,
        name: 'a',
        head_sha: 'a',
        output: {
          title: 'a',
          summary: 'a',
          annotations: Array.from({ length: 51 }, () => ({
            path: 'a',
            start_line: 1,
            end_line: 1,
            annotation_level: 'notice',
            message: 'a',
          })),
        },
      },
    ],
  ])('is refused: %s', (_, route, parameters) => {
    expect(() => checkRequest(route, parameters)).toThrow(Undescribed);
  });

  it('is kept in mind also where whoever sent it swallows the error', async () => {
    const github = createGitHub();
    github.createRepository('acme/models');
    const client = github.asPerson('ann');
    await client.request('GET /repos/{owner}/{repo}/pulls', { ...place, sorted: 1 }).catch(() => {});
    expect(github.violations).toEqual(['GET /repos/{owner}/{repo}/pulls knows no parameter sorted']);
  });

  it('does not concern what Octokit keeps for itself', () => {
    const own = { request: { retries: 0 }, headers: { accept: 'a' }, mediaType: { format: 'raw' }, ref: undefined };
    expect(checkRequest('GET /repos/{owner}/{repo}', { ...place, ...own })).toEqual(place);
  });
});

describe('an answer that GitHub would not give', () => {
  const comment = 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}';

  it.each<[string, number, unknown]>([
    ['a status that the route has not', 204, undefined],
    ['nothing', 200, undefined],
    ['half an object', 200, { id: 1, node_id: 'a' }],
  ])('is refused: %s', (_, status, data) => {
    expect(() => checkAnswer(comment, status, data)).toThrow(Undescribed);
  });

  it('is refused where one property has another type', async () => {
    const github = createGitHub();
    const repo = github.createRepository('acme/models');
    repo.push('work', { a: 'b' });
    const id = repo.comment(repo.openPull({ head: 'work', by: 'ann' }), 'ann', 'hello');
    const { data } = await github.asPerson('ann').request(comment, { ...place, comment_id: id });
    expect(() => checkAnswer(comment, 200, data)).not.toThrow();
    expect(() => checkAnswer(comment, 200, { ...Object(data), created_at: 'yesterday' })).toThrow(/date-time/);
    expect(() => checkAnswer(comment, 200, { ...Object(data), id: String(id) })).toThrow(/integer/);
    expect(() => checkAnswer(comment, 200, { ...Object(data), html_url: 'nowhere' })).toThrow(/uri/);
  });

  it('is refused as a webhook', () => {
    expect(() => checkPayload('push', { ref: 'refs/heads/main' })).toThrow(Undescribed);
    expect(() => checkPayload('star', { action: 'created' })).toThrow(/was not asked for/);
  });
});

it('describes exactly the routes that the double has', () => {
  expect([...DESCRIBED].sort()).toEqual([...createGitHub().routes].sort());
});
