import { accountOf, userJson } from './accounts.ts';
import { associationOf } from './associations.ts';
import { pullJson } from './pulls.ts';
import { apiUrl, webUrl } from './repositories.ts';
import { integer, listed, notFound, type Route, repositoryOf } from './route.ts';
import { isoSeconds, type Json, newId, nodeId, type Pull, type Repository, type Review, type World } from './state.ts';
import { emit } from './webhooks.ts';

export function reviewJson(world: World, repository: Repository, pull: Pull, review: Review): Json {
  const html = `${webUrl(repository)}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const url = `${apiUrl(repository)}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: userJson(accountOf(world, review.author)),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: associationOf(repository, review.author),
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: isoSeconds(review.submittedAt),
    commit_id: review.commit,
  };
}

export type NewReview = Pick<Review, 'author' | 'state'> & Partial<Pick<Review, 'body' | 'commit'>>;

export function addReview(world: World, repository: Repository, pull: Pull, wanted: NewReview): Review {
  const { author, state, body = '', commit = pull.head.sha } = wanted;
  const review = { id: newId(world), author, state, body, commit, submittedAt: world.now };
  pull.reviews.push(review);
  pull.updatedAt = world.now;
  sendReview(world, repository, pull, review, 'submitted');
  return review;
}

export function dismissReview(world: World, repository: Repository, pull: Pull, id: number): void {
  const review = pull.reviews.find((one) => one.id === id);
  if (review === undefined) throw notFound();
  review.state = 'DISMISSED';
  sendReview(world, repository, pull, review, 'dismissed');
}

function sendReview(world: World, repository: Repository, pull: Pull, review: Review, action: string): void {
  const json = reviewJson(world, repository, pull, review);
  // Webhooks write the state in small letters, the API in capital ones.
  const body = {
    review: { ...json, state: review.state.toLowerCase() },
    pull_request: pullJson(world, repository, pull),
  };
  emit(world, repository, { event: 'pull_request_review', action, by: review.author, body });
}

export const reviewRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    needs: [{ permission: 'pull_requests', level: 'read' }],
    handle: (call) => {
      const repository = repositoryOf(call);
      const pull = repository.pulls.find(({ number }) => number === integer(call, 'pull_number'));
      if (pull === undefined) throw notFound();
      return listed(call, pull.reviews, (review) => reviewJson(call.world, repository, pull, review));
    },
  },
];
