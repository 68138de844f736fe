/** Where and how a run ended without evidence; without a full stop. */
export function failureSentence({
  conclusion,
  failure,
}: {
  conclusion: string | null;
  failure: { job: string } | null;
}) {
  if (failure !== null) return `the workflow failed at ${failure.job}`;
  if (conclusion === 'success') return 'the workflow ended well, but brought no evidence of this model';
  return `the workflow ended without evidence (${conclusion ?? 'nobody knows how'})`;
}
