/** Rows by ascending score. */
function ranking(score: Float64Array): Uint32Array {
  return Uint32Array.from(score.keys()).sort((a, b) => score[a] - score[b]);
}

/** Area under the ROC curve by the ranks of the scores, ties halved. */
export function rocAuc(late: Uint8Array, score: Float64Array): number {
  const order = ranking(score);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && score[order[end]] === score[order[start]]) end++;
    for (let i = start; i < end; i++) {
      positives += late[order[i]];
      rankSum += late[order[i]] * ((start + 1 + end) / 2);
    }
    start = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (order.length - positives));
}

export function logLoss(late: Uint8Array, score: Float64Array): number {
  return score.reduce((sum, p, row) => sum - Math.log(late[row] === 1 ? p : 1 - p), 0) / score.length;
}
