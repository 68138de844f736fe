import { describe, expect, it } from 'vitest';
import type { GitHub } from '#registry/github/client.ts';
import { evaluationOf } from '../../fixtures/evaluation.ts';
import type { NewArtifact } from '../../github/artifacts.ts';
import { createScene, evidenceZip, type Scene } from '../../github/scene.ts';
import { lookAt } from '../look-at.ts';
import { hostileZip } from './hostile-zip.ts';

const NAME = 'tiltyard-evaluation-flight-delay';
const DOWNLOAD = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
const TEXT = JSON.stringify(evaluationOf());

const packed = (data: string | Uint8Array) => hostileZip([{ name: 'evaluation.json', data }]);
const changed = (from: string, to: string) => {
  if (!TEXT.includes(from)) throw new Error(`the evidence has no ${from}`);
  return packed(TEXT.replace(from, to));
};

/** What the bot says of a pull request whose workflow uploaded these artifacts, and by which conclusion of its checks. */
async function said(artifacts: NewArtifact[], by: (scene: Scene) => GitHub = ({ client }) => client) {
  const scene = createScene();
  const { propose, repo } = scene;
  const pull = propose();
  repo.completeRun(repo.startRun({ pull }), { artifacts });
  await lookAt(scene, by(scene));
  const [check, ...others] = repo.checks(repo.pull(pull).head.sha);
  expect(others.map(({ conclusion }) => conclusion)).toEqual([check?.conclusion]);
  expect(repo.comments(pull)).toHaveLength(1);
  return { conclusion: check?.conclusion, title: check?.title, comment: repo.comments(pull)[0]?.body ?? '' };
}

describe('evidence of others', () => {
  const bomb = hostileZip([{ name: 'evaluation.json', data: Buffer.alloc(21_000_000) }]);
  it.each<[string, Uint8Array, string]>([
    ['no zip file', Buffer.from('<html>'), 'the evidence can’t be unpacked: End of central directory record'],
    ['a bomb', bomb, 'the evidence can’t be unpacked: a file in it has more than 20000000 bytes'],
    [
      'no evaluation',
      hostileZip([{ name: 'training.json', data: '{}' }]),
      'the evidence can’t be unpacked: the file is',
    ],
    ['a way out', hostileZip([{ name: '../evaluation.json', data: TEXT }]), 'the evidence can’t be unpacked: invalid'],
    ['a link', hostileZip([{ name: 'evaluation.json', data: '/etc/passwd', mode: 0o120777 }]), 'it is no JSON'],
    ['no text', packed(Buffer.from([0xff, 0xfe, 0x00])), 'the evidence can’t be read: it is no UTF-8'],
    ['a key that is there twice', changed('"seed":1', '"seed":1,"seed":2'), 'the key "seed" is there twice'],
    ['__proto__', changed('"seed":1', '"seed":1,"__proto__":{}'), 'no key may be called proto'],
    ['1e999', changed('"seed":1', '"seed":1e999'), 'it has a number that is too large'],
    ['NaN', changed('"seed":1', '"seed":NaN'), 'it is no JSON'],
    ['a number as text', changed('"seed":1', '"seed":"1"'), 'does not follow its schema: seed: Invalid input'],
    ['a depth', packed('['.repeat(500_000)), 'it is nested more than 30 deep'],
    [
      'half a million objects',
      changed('"comparisons":[', `"comparisons":[${'{},'.repeat(400_000)}`),
      'comparisons.0.metric',
    ],
    ['another format', changed('tiltyard/evaluation/1', 'tiltyard/evaluation/2'), 'does not follow its schema: schema'],
    ['other evidence', changed('"kind":"evaluation"', '"kind":"canary"'), 'does not follow its schema: kind'],
    ['a key of tomorrow', changed('"seed":1', '"seed":1,"opinion":"pass"'), 'Unrecognized key: "opinion"'],
    ['a list', packed(`[${TEXT}]`), 'does not follow its schema: Invalid input: expected object'],
    ['another model', packed(JSON.stringify(evaluationOf({ model: 'shop' }))), 'the evidence is about shop, not about'],
    ['no digest', changed('"digest":"cccc', '"digest":"sha256:cccc'), 'does not follow its schema: candidate.digest'],
  ])('that has %s asks a person, and says what is wrong', async (_, zip, sentence) => {
    const { comment, conclusion, title } = await said([{ name: NAME, zip }]);
    expect(conclusion).toBe('action_required');
    const plain = (text = '') => text.replaceAll(/[`\\_]/g, '').replaceAll('‑', '-');
    expect(plain(comment)).toContain(plain(sentence));
    expect(plain(title ?? '')).toContain('flight-delay');
  });

  const zip = evidenceZip();
  it.each<[string, NewArtifact[], string, string]>([
    [
      'too large by GitHub’s word',
      [{ name: NAME, zip, size: 10_000_001 }],
      'action_required',
      'more than 10000000 bytes',
    ],
    [
      'too large, whatever GitHub says',
      [{ name: NAME, zip: Buffer.alloc(10_000_001), size: 7 }],
      'action_required',
      'too large',
    ],
    [
      'expired',
      [{ name: NAME, zip, expired: true }],
      'action_required',
      'has expired on GitHub; run the workflow again',
    ],
    ['under another name', [{ name: 'evaluation-flight-delay', zip }], 'failure', 'brought no evidence of this model'],
    ['under a name that goes on', [{ name: `${NAME}-2`, zip }], 'failure', 'brought no evidence of this model'],
    [
      'under a name that is a path',
      [{ name: 'tiltyard-evaluation-../flight-delay', zip }],
      'failure',
      'brought no evidence of this model',
    ],
    ['not there at all', [], 'failure', 'brought no evidence of this model'],
    [
      'twice, the last unreadable',
      [
        { name: NAME, zip },
        { name: NAME, zip: packed('{') },
      ],
      'action_required',
      'no JSON',
    ],
    [
      'twice, the first unreadable',
      [
        { name: NAME, zip: packed('{') },
        { name: NAME, zip },
      ],
      'success',
      'better',
    ],
    [
      'there beside that of a model of another name',
      [
        { name: 'tiltyard-evaluation-shop', zip: packed('{') },
        { name: NAME, zip },
      ],
      'success',
      'better',
    ],
    ['there', [{ name: NAME, zip: packed(TEXT) }], 'success', 'better'],
  ])('that is %s', async (_, artifacts, conclusion, words) => {
    const outcome = await said(artifacts);
    expect(outcome.conclusion).toBe(conclusion);
    expect(outcome.comment).toContain(words);
  });

  it('that expires between list and download has expired', async () => {
    const expires = ({ client, github }: Scene): GitHub => ({
      request: async (route, parameters) => {
        if (route === DOWNLOAD) for (const one of github.world.repositories[0]?.artifacts ?? []) one.expired = true;
        return client.request(route, parameters);
      },
    });
    const { comment, conclusion } = await said([{ name: NAME, zip }], expires);
    expect(conclusion).toBe('action_required');
    expect(comment).toContain('has expired on GitHub; run the workflow again');
  });
});
