import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EvaluateInputs } from '../../actions/evaluate/inputs.ts';
import { verb as evaluation } from '../../actions/evaluate/main.ts';
import { realWorld, type World } from '../../actions/lib/world.ts';
import { TrainInputs } from '../../actions/train/inputs.ts';
import { verb as training } from '../../actions/train/main.ts';
import { UserError } from '../../registry/error.ts';
import { checkOut } from './checkouts.ts';
import { prepare } from './prepare.ts';
import { step } from './progress.ts';

/** Rows to train each version on unless told otherwise: quality is that of all rows to the third digit, in a fifth of the time. */
const SAMPLE = 400_000;

const USAGE = `Usage: npm run demo -- [--full | --sample N] [--out DIR]

Prepares three million real flights, trains the champion and a candidate, and evaluates one against the other.

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
    print: (line) => lines.push(line),
    progress: (text) => world.progress(`  ${text}`),
  });
  const [made = '', scored = ''] = lines;
  return made.includes('was not trained') ? `${scored} Trained before, of the same inputs` : scored;
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
  await step(world, '1/4  Prepare the flights, one file a month', async () => {
    const months = await prepare({
      folder: join(root, '.tiltyard', 'data'),
      signal: world.signal,
      onMonth: ({ path }) => world.progress(`  ${relative(root, path)}`),
    });
    const flights = months.reduce((sum, month) => sum + month.rows, 0);
    return `${flights.toLocaleString('en')} flights from January to June`;
  });
  await step(world, `2/4  Train the champion: January, three features, ${amount}`, async () =>
    train(world, 'champion', rows, out),
  );
  await step(world, `3/4  Train the candidate: January to March, seven features, ${amount}`, async () =>
    train(world, 'candidate', rows, out),
  );
  world.print("4/4  Evaluate both on April's flights, with days as the independent unit\n");
  const evidence = relative('', join(out, 'evaluation.json'));
  const summary = relative('', join(out, 'evaluation.md'));
  const inputs = { model: 'flight-delay', root, candidate, champion, evidence, summary, 'fail-on': 'never' };
  await evaluation.run(EvaluateInputs.parse(inputs), world);
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
