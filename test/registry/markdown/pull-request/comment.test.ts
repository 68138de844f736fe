import { describe, expect, it } from 'vitest';
import { judge } from '#registry/judge.ts';
import { bytes } from '#registry/markdown/budget.ts';
import { type Message, pullRequestComment } from '#registry/markdown/pull-request/comment.ts';
import type { EvaluationMessage } from '#registry/markdown/pull-request/evaluation-message.ts';
import { readMarker } from '#registry/markdown/pull-request/marker.ts';
import { comparisonOf, evaluationOf } from '../../../fixtures/evaluation.ts';
import { anywhere, flightModel } from '../../../fixtures/model.ts';

const url = 'https://github.com/acme/flights/actions/runs/17';
const past = [
  { head: '1'.repeat(40), line: '❌ flight-delay fails: 1 of 9 rules is broken (log_loss).' },
  { head: '2'.repeat(40), line: 'the workflow failed at train' },
];
const message = (evaluation: EvaluationMessage | null, edits: Partial<Message> = {}): Message => ({
  model: 'flight-delay',
  head: '3'.repeat(40),
  read: '2026-11-21T09:00:00.000Z',
  evaluation,
  registry: null,
  answers: [],
  ...edits,
});
const worse = evaluationOf({
  comparisons: evaluationOf().comparisons.map((one) =>
    one.metric === 'log_loss' ? comparisonOf('log_loss', 0.44, 0.46, 0.0019) : one,
  ),
});
const judged = (evaluation = evaluationOf(), edits: object = {}): EvaluationMessage => ({
  kind: 'judged',
  url,
  evaluation,
  verdict: judge(flightModel(), evaluation, anywhere),
  claim: null,
  changes: ['`features.sql` adds `weekday`, against the champion’s.', 'parameter `trees`: `200` → `300`'],
  next: 'review and merge.',
  evidence: `${url}/artifacts/5`,
  files: `https://github.com/acme/flights/blob/${'3'.repeat(40)}/`,
  line: 27,
  proposal: null,
  ...edits,
});
const proposal = {
  verdict: judge(flightModel(), worse, anywhere),
  isMeasured: true,
  again: {
    flips: [
      {
        version: '1.4.0',
        quarantined: true,
        from: 'pass',
        to: 'fail',
        sentence: 'flight-delay fails: 1 of 9 rules is broken (log_loss).',
      },
    ],
    promotions: 6,
  },
};
const answers: Message['answers'] = [
  {
    asked: '/tiltyard what-if max_loss=0.004',
    by: 'alice',
    lines: [{ mark: 'pass', sentence: 'With that, flight-delay passes.' }],
  },
];
const registry: Message['registry'] = {
  moves: ['1.5.0 → canary 5 %'],
  added: ['1.5.0'],
  faults: [],
  open: [],
  approvals: { needed: 1, by: [], notes: ['The approval of bob does not count: it was given on another head.'] },
  claim: false,
};

describe('pullRequestComment', () => {
  it.each<[string, Message]>([
    ['pass', message(judged(), { answers })],
    ['policy-change', message(judged(evaluationOf(), { proposal }))],
    ['claim', message(judged(worse, { claim: 'A claim, not trusted: these numbers come from a fork.' }))],
    ['registry', message(null, { registry })],
    [
      'registry-faults',
      message(
        { kind: 'waiting', started: '2026-11-21 08:30 UTC', url },
        {
          registry: {
            ...registry,
            faults: [
              {
                path: 'registry/flight-delay/channels.yaml',
                line: 3,
                message: 'The champion 9.9.9 is not registered.',
                fix: 'Register it first.',
              },
            ],
          },
        },
      ),
    ],
    [
      'failed',
      message({
        kind: 'failed',
        url,
        why: 'the workflow failed at train',
        step: 'Train it',
        lines: ['Traceback:', 'ValueError: @all'],
      }),
    ],
  ])('reads as golden/%s.md', async (name, said) => {
    const [, ...shown] = pullRequestComment(said, past).split('\n');
    await expect(`${shown.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.md`);
  });

  it('keeps for the next head what this one came to', () => {
    const line = (evaluation: EvaluationMessage | null, edits: Partial<Message> = {}) =>
      readMarker(pullRequestComment(message(evaluation, edits), past))?.line;
    expect(line(judged(worse))).toBe('❌ flight-delay fails: 1 of 9 rules is broken (log_loss).');
    expect(line({ kind: 'waiting', started: null, url: null })).toBeNull();
    expect(line({ kind: 'overdue', minutes: 60, url: null })).toBe('no evidence came');
    expect(line({ kind: 'broken', problem: 'x' })).toBe('its model.yaml could not be read');
    expect(line({ kind: 'unreadable', url, problem: 'x' })).toBe('no evidence that could be read');
    expect(line({ kind: 'removed' })).toBe('the model was removed');
    expect(line(null, { registry })).toMatch(/^⚠️ The registry stays sound/);
  });

  it('stays under 65,536 bytes, whatever stands around the summary', () => {
    const long = Array.from({ length: 20 }, (_, i) => ({
      head: i.toString(16).padStart(40, 'a'),
      line: '❔'.repeat(240),
    }));
    const said = Array.from({ length: 4 }, () => ({
      ...answers[0],
      lines: Array.from({ length: 12 }, () => answers[0].lines[0]),
    }));
    for (let size = 0; size < 66_000; size += 1_000) {
      const text = pullRequestComment(
        message(judged(evaluationOf(), { changes: ['x'.repeat(size)] }), { answers: said, registry }),
        long,
      );
      expect(bytes(text), `${size}`).toBeLessThanOrEqual(65_536);
      expect(text).toContain('**Next:**');
      expect(text).toContain('<summary>History</summary>');
    }
  });

  it('links only to addresses that can be nothing else', () => {
    for (const bad of [
      'javascript:alert(1)',
      'https://github.com/a) [x](https://evil.example',
      'https://github.com/a b',
      'x',
    ])
      expect(pullRequestComment(message({ kind: 'waiting', started: null, url: bad }), [])).not.toContain('](');
    expect(pullRequestComment(message({ kind: 'waiting', started: null, url }), [])).toContain(`[run](${url})`);
  });
});
