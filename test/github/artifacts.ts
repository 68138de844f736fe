import { createHash } from 'node:crypto';
import { apiUrl } from './repositories.ts';
import {
  type Call,
  counted,
  integer,
  type Need,
  notFound,
  optionalText,
  Refusal,
  type Route,
  repositoryOf,
  text,
} from './route.ts';
import { runOf } from './runs.ts';
import { type Artifact, isoSeconds, type Json, newId, nodeId, type Repository, type World } from './state.ts';

const READ: Need[] = [{ permission: 'actions', level: 'read' }];
const DAY = 86_400_000;

function artifactJson(repository: Repository, artifact: Artifact): Json {
  const url = `${apiUrl(repository)}/actions/artifacts/${artifact.id}`;
  const run = repository.runs.find(({ id }) => id === artifact.run);
  const at = isoSeconds(artifact.createdAt);
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.size,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    digest: `sha256:${createHash('sha256').update(artifact.zip).digest('hex')}`,
    created_at: at,
    updated_at: at,
    expires_at: isoSeconds(new Date(artifact.createdAt.getTime() + 90 * DAY)),
    workflow_run: {
      id: artifact.run,
      repository_id: repository.id,
      head_repository_id: run?.headRepository,
      head_branch: run?.branch,
      head_sha: run?.sha,
    },
  };
}

export type NewArtifact = Pick<Artifact, 'name'> & { zip: Uint8Array; expired?: boolean; size?: number };

export function addArtifact(world: World, repository: Repository, run: number, wanted: NewArtifact): Artifact {
  const { expired = false, name, size = wanted.zip.length } = wanted;
  const zip = new Uint8Array(wanted.zip);
  const artifact = { id: newId(world), run, name, zip, size, expired, createdAt: world.now };
  repository.artifacts.push(artifact);
  return artifact;
}

function list(call: Call, repository: Repository, artifacts: readonly Artifact[]) {
  const name = optionalText(call, 'name');
  const found = artifacts.filter((one) => name === undefined || one.name === name).reverse();
  return counted(call, 'artifacts', found, (one) => artifactJson(repository, one));
}

export const artifactRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
    needs: READ,
    handle: (call) => {
      const { repository, run } = runOf(call);
      return list(
        call,
        repository,
        repository.artifacts.filter((one) => one.run === run.id),
      );
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/actions/artifacts',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      return list(call, repository, repository.artifacts);
    },
  },
  {
    // GitHub answers with a redirection to the bytes, which every client follows; 410 once it has expired.
    route: 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
    needs: READ,
    handle: (call) => {
      const artifact = repositoryOf(call).artifacts.find(({ id }) => id === integer(call, 'artifact_id'));
      if (artifact === undefined || text(call, 'archive_format') !== 'zip') throw notFound();
      if (artifact.expired) throw new Refusal(410, 'Artifact has expired');
      return { status: 302, data: artifact.zip.slice().buffer };
    },
  },
];
