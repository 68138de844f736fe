import type { Evaluation } from '../../evidence/evaluation.ts';
import { codeBlock } from '../escape.ts';
import { folded } from './cells.ts';

const STEPS = 20;
/**
 * Okabe and Ito's blue, vermilion and grey, told apart with any kind of sight; blue and grey so bright that each stands
 * out from white and from mermaid's dark grey.
 */
const COLOURS = { candidate: '#2E86C1', champion: '#D55E00', reference: '#8A8A8A' };

type Point = readonly [number, number];

/** ROC curves (or reliability, where there are none) as a mermaid chart, which GitHub draws; null without any. */
export function chart(evidence: Evaluation): string | null {
  if (evidence.curves !== null) {
    return lines({
      summary: 'ROC curve',
      title: 'ROC curve',
      x: 'False positive rate',
      y: 'True positive rate',
      candidate: evidence.curves.candidate.roc,
      champion: evidence.curves.champion?.roc ?? null,
      range: [0, 1],
      reference: 'what chance alone would give',
    });
  }
  if (evidence.calibration === null) return null;
  const points = (bins: readonly { predicted: number; observed: number }[]) =>
    bins.map((bin): Point => [bin.predicted, bin.observed]);
  const candidate = points(evidence.calibration.candidate);
  const xs = candidate.map(([x]) => x);
  if (xs.length < 2) return null;
  return lines({
    summary: 'Calibration',
    title: 'Calibration',
    x: 'Predicted probability',
    y: 'Observed frequency',
    candidate,
    champion: evidence.calibration.champion === null ? null : points(evidence.calibration.champion),
    range: [Math.min(...xs), Math.max(...xs)],
    reference: 'perfect calibration',
  });
}

interface Lines {
  summary: string;
  title: string;
  x: string;
  y: string;
  candidate: readonly Point[];
  champion: readonly Point[] | null;
  range: readonly [number, number];
  reference: string;
}

/** xychart-beta spaces its points evenly, so curves are read off at even steps. */
function lines(plot: Lines): string | null {
  const [from, to] = plot.range;
  if (!(to > from) || plot.candidate.length < 2) return null;
  const grid = Array.from({ length: STEPS + 1 }, (_, i) => from + ((to - from) * i) / STEPS);
  const line = (points: readonly Point[]) => `line [${grid.map((x) => number(interpolate(points, x))).join(', ')}]`;
  const colours = [COLOURS.reference, ...(plot.champion === null ? [] : [COLOURS.champion]), COLOURS.candidate];
  const text = [
    `%%{init: {"themeVariables": {"xyChart": {"plotColorPalette": "${colours.join(', ')}"}}}}%%`,
    'xychart-beta',
    `  title "${plot.title}"`,
    `  x-axis "${plot.x}" ${number(from)} --> ${number(to)}`,
    `  y-axis "${plot.y}" 0 --> 1`,
    `  line [${grid.map(number).join(', ')}]`,
    ...(plot.champion === null ? [] : [`  ${line(plot.champion)}`]),
    `  ${line(plot.candidate)}`,
  ].join('\n');
  const champion = plot.champion === null ? '' : ', orange the champion';
  return folded(
    plot.summary,
    `Blue is the candidate${champion}, grey ${plot.reference}.\n\n${codeBlock(text, 'mermaid')}`,
  );
}

/** The curve's height at x; of several points at one x, the highest. */
function interpolate(points: readonly Point[], x: number): number {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let before = sorted[0];
  for (const point of sorted) {
    if (point[0] > x) {
      const width = point[0] - before[0];
      return width > 0 && before[0] <= x ? before[1] + ((point[1] - before[1]) * (x - before[0])) / width : before[1];
    }
    before = point;
  }
  return before[1];
}

function number(value: number): string {
  return String(Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4);
}
