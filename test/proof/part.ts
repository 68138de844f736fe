/** A line of a proof's table; all lines of one proof have the same keys, which become the table's head. */
export type Row = Record<string, string | number>;

/** A simulation whose figures RELIABILITY.md shows. Every case is repeatable: same seed and draws, same rows. */
export interface ProofPart {
  /** Its name on the command line and between the markers in RELIABILITY.md. */
  name: string;
  /** One or two sentences before its table: what was simulated, and what the figures should be. */
  claim: string;
  /** Draws of a case in full size, and in `npm test`. */
  draws: { full: number; sample: number };
  seed: number;
  /** Files and folders (from the repository's root) whose code the figures depend on. */
  sources: string[];
  /** Each is run, and kept, on its own, so that an interrupted proof goes on where it was. */
  cases: string[];
  run(
    name: string,
    options: { draws: number; seed: number; onProgress?: (done: number) => void },
  ): Promise<Row[]> | Row[];
}
