import { expect, it } from 'vitest';
import { createScene } from './scene.ts';

const place = { owner: 'acme', repo: 'models' };

it('says what somebody may do: four coarse levels, and the role by its name', async () => {
  const { client, github, repo } = createScene();
  repo.setRole('ann', 'triage');
  repo.setRole('ben', 'maintain');
  const get = async (username: string, of = place) => {
    const { data } = await client.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', {
      ...of,
      username,
    });
    return [Object(data).permission, Object(data).role_name];
  };
  expect(await get('olga')).toEqual(['admin', 'admin']);
  expect(await get('ben')).toEqual(['write', 'maintain']);
  expect(await get('ann')).toEqual(['read', 'triage']);
  expect(await get('passer-by')).toEqual(['read', 'read']);
  github.createRepository('acme/hidden', { private: true });
  expect(await get('passer-by', { owner: 'acme', repo: 'hidden' })).toEqual(['none', 'none']);
});

it('counts a reaction once for each account', async () => {
  const { client, propose, repo } = createScene();
  const comment = repo.comment(propose(), 'ann', '/tiltyard help');
  const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';
  const react = () => client.request(route, { ...place, comment_id: comment, content: 'eyes' });
  expect((await react()).status).toBe(201);
  expect((await react()).status).toBe(200);
  const { data } = await client.request('GET /repos/{owner}/{repo}/issues/comments/{comment_id}', {
    ...place,
    comment_id: comment,
  });
  expect(data).toMatchObject({ reactions: { total_count: 1, eyes: 1 } });
});

it('shows reviews in their order, each with the head that it was given for', async () => {
  const { client, propose, repo } = createScene();
  const pull = propose();
  const first = repo.pull(pull).head.sha;
  const review = repo.review(pull, { author: 'ben', state: 'APPROVED' });
  const second = repo.push('better', { 'README.md': 'more' });
  repo.review(pull, { author: 'carl', state: 'CHANGES_REQUESTED' });
  repo.dismissReview(pull, review);
  const { data } = await client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
    ...place,
    pull_number: pull,
  });
  expect(data).toMatchObject([
    { user: { login: 'ben' }, state: 'DISMISSED', commit_id: first },
    { user: { login: 'carl' }, state: 'CHANGES_REQUESTED', commit_id: second },
  ]);
});

it('names the accounts of a pull request’s commits, where GitHub knows their addresses', async () => {
  const { client, repo } = createScene();
  repo.push('work', { a: 'a' }, { by: 'ann' });
  repo.push('work', { a: 'b' }, { by: 'ann', author: 'eve' });
  const pull = repo.openPull({ head: 'work', by: 'ann' });
  const { data } = await client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', {
    ...place,
    pull_number: pull,
  });
  expect(data).toMatchObject([
    { author: { login: 'ann' }, committer: { login: 'ann' } },
    { author: { login: 'eve' }, committer: { login: 'ann' } },
  ]);
});
