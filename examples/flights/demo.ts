import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EvaluateInputs } from '../../actions/evaluate/inputs.ts';
import { verb as evaluation } from '../../actions/evaluate/main.ts';
import { realWorld, type World } from '../../actions/lib/world.ts';
import { writeTogether } from '../../actions/lib/write.ts';
import { TrainInputs } from '../../actions/train/inputs.ts';
import { verb as training } from '../../actions/train/main.ts';
import { UserError } from '../../registry/error.ts';
import { checkOut } from './checkouts.ts';
import { pageOf } from './demo/page.ts';
import { firstScreen, playPullRequest, readFiles } from './demo/pull-request.ts';
import { prepare } from './prepare.ts';
import { step } from './progress.ts';

/** Rows to train each version on unless told otherwise: quality is that of all rows to the third digit, in a fifth of the time. */
const SAMPLE = 400_000;

const USAGE = `Usage: npm run demo -- [--full | --sample N] [--out DIR]

Prepares three million real flights, trains the champion and a candidate, evaluates one against the other,
and shows what the bot says of it on a pull request.

  --full       train on all rows
  --sample N   train each version on about N rows, chosen by a seed (default ${SAMPLE.toLocaleString('en')})
  --out DIR    where to put the versions and the report (default examples/flights/.tiltyard)`;

const root = import.meta.dirname;

interface Options {
  rows: number | null;
  out: string;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      sample: { type: 'string', default: String(SAMPLE) },
      out: { type: 'string', default: join(root, '.tiltyard') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const sample = Number(values.sample);
  if (!Number.isInteger(sample) || sample < 1000) {
    throw new UserError(`--sample is ${values.sample}`, { fix: 'Give a whole number of rows, 1000 or more.' });
  }
  return { rows: values.full ? null : sample, out: resolve(values.out) };
}

/** Trains one version with tiltyard train, and returns what it scored. */
async function train(
  world: World,
  version: 'champion' | 'candidate',
  rows: number | null,
  out: string,
): Promise<string> {
  const checkout = join(root, '.tiltyard', 'checkouts', version);
  await checkOut(version, checkout, { data: join(root, '.tiltyard', 'data'), params: { rows } });
  const lines: string[] = [];
  const inputs = TrainInputs.parse({ model: 'flight-delay', root: checkout, out: join(out, 'versions', version) });
  await training.run(inputs, {
    ...world,
    // What the training program says is indented.
    print: (line) => (line.startsWith('  ') ? world.progress(line) : lines.push(line)),
    progress: (text) => world.progress(`  ${text}`),
  });
  const [made = '', scored = ''] = lines;
  return made.includes('was not trained') ? `${scored} Trained before, of the same inputs` : scored;
}

/** The repository as it was for a version, with nothing of this machine in it. */
async function checkedOut(world: World, version: 'champion' | 'candidate'): Promise<Record<string, string>> {
  const folder = await world.temporaryFolder();
  await checkOut(version, folder, { data: '.tiltyard/data' });
  return readFiles(folder);
}

/** Evaluates with tiltyard evaluate, and returns where it wrote what. */
async function evaluate(
  world: World,
  { candidate, champion, out }: { candidate: string; champion: string; out: string },
): Promise<string> {
  const lines: string[] = [];
  const evidence = relative('', join(out, 'evaluation.json'));
  const summary = relative('', join(out, 'evaluation.md'));
  const inputs = { model: 'flight-delay', root, candidate, champion, evidence, summary, 'fail-on': 'never' };
  await evaluation.run(EvaluateInputs.parse(inputs), {
    ...world,
    print: (line) => lines.push(line),
    progress: (text) => world.progress(`  ${text}`),
  });
  return lines.at(-1)?.trim() ?? '';
}

async function demo(world: World, { rows, out }: Options): Promise<void> {
  const started = performance.now();
  const candidate = join(out, 'versions', 'candidate', 'artifact');
  const champion = join(out, 'versions', 'champion', 'artifact');
  const amount =
    rows === null ? 'all rows' : `a seeded sample of about ${rows.toLocaleString('en')} rows (--full takes all)`;
  world.print(
    'Will this flight arrive 15 minutes late or more? Asked when it leaves the gate, of US flights in 2001.\n',
  );
  await step(world, '1/5  Prepare the flights, one file a month', async () => {
    const months = await prepare({
      folder: join(root, '.tiltyard', 'data'),
      signal: world.signal,
      onMonth: ({ path }) => world.progress(`  ${relative(root, path)}`),
    });
    const flights = months.reduce((sum, month) => sum + month.rows, 0);
    return `${flights.toLocaleString('en')} flights from January to June`;
  });
  await step(world, `2/5  Train the champion: January, three features, ${amount}`, async () =>
    train(world, 'champion', rows, out),
  );
  await step(world, `3/5  Train the candidate: January to March, seven features, ${amount}`, async () =>
    train(world, 'candidate', rows, out),
  );
  await step(world, "4/5  Evaluate both on April's flights, with days as the independent unit", async () =>
    evaluate(world, { candidate, champion, out }),
  );
  const page = join(out, 'comment.html');
  let said = '';
  await step(world, '5/5  Open the pull request on a GitHub in memory, where the bot looks at it', async () => {
    const shown = await playPullRequest({
      base: await checkedOut(world, 'champion'),
      head: await checkedOut(world, 'candidate'),
      evidence: await readFile(join(out, 'evaluation.json'), 'utf8'),
      now: world.now(),
    });
    await writeTogether({ [page]: await pageOf(shown) });
    said = firstScreen(shown);
    return `one comment and ${shown.checks.length} checks, as reviewers see them in ${relative('', page)}`;
  });
  world.print(`\n${said}`);
  world.print(`
${((performance.now() - started) / 1000).toFixed(0)} s in all. On a model of your own, laid out as examples/flights is:

  npm run tiltyard -- train --root ../my-repository --model my-model --out build/
  npm run tiltyard -- evaluate --root ../my-repository --model my-model --candidate build/artifact --champion live/`);
}

const world = realWorld();
try {
  const options = readOptions();
  if (options === null) world.print(USAGE);
  else await demo(world, options);
} catch (error) {
  if (world.signal.aborted) {
    world.error('Interrupted; nothing half-written is left.');
    process.exitCode = 130;
  } else if (error instanceof UserError) {
    world.error(`${error.message}\n${error.fix}`);
    process.exitCode = 3;
  } else if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    world.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 3;
  } else throw error;
} finally {
  await world.cleanUp();
}
