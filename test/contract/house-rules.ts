import { parse } from 'yaml';
import { type Source, tokenize } from './source.ts';

/** A rule of CONTRIBUTING.md that a machine can check. */
export interface HouseRule {
  name: string;
  /** One sentence for each violation in one file; files that it isn't about give none. */
  check(source: Source): string[];
  /** Breaks the rule once. */
  planted: Source[];
  /** Looks alike, and keeps it. */
  innocent: Source[];
}

const isTypeScript = ({ path }: Source) => path.endsWith('.ts');
const isProduct = ({ path }: Source) =>
  /^(registry|actions|bot|examples)\/.*\.ts$/.test(path) && !isGenerated({ path });
const isGenerated = ({ path }: { path: string }) => path.endsWith('.generated.ts');
const isConfig = ({ path }: Source) => /^[^/]+\.config\.ts$/.test(path);
const isPure = ({ path }: Source) =>
  !path.endsWith('/generate.ts') && /^(registry|actions\/lib\/(metrics|statistics)|bot\/decide)\/.*\.ts$/.test(path);

/** A rule that forbids a pattern in code; comments and strings don't count. */
function forbidden(
  name: string,
  pattern: RegExp,
  applies: (source: Source) => boolean,
  planted: Source[],
  innocent: Source[],
): HouseRule {
  return {
    name,
    check: (source) => {
      if (!applies(source)) return [];
      const { code } = tokenize(source.text);
      return [...code.matchAll(new RegExp(pattern, 'g'))].map(
        (match) => `${source.path}:${code.slice(0, match.index).split('\n').length} ${match[0].trim()}`,
      );
    },
    planted,
    innocent,
  };
}

const at = (path: string, text = '') => ({ path, text });

/** Metrics' files are named as the metrics are spelled. */
const metricFile = /^(actions\/lib\/metrics|test\/lib\/metrics)\/(binary|multiclass|regression)\//;
const mostLines = 250;

const fileRules: HouseRule[] = [
  {
    name: 'files are kebab-case, a metric’s is spelled as the metric',
    check: ({ path }) => {
      if (!path.endsWith('.ts')) return [];
      const name = path.split('/').at(-1) ?? '';
      const wanted = metricFile.test(path)
        ? /^[a-z0-9]+([_-][a-z0-9]+)*(\.test)?\.ts$/
        : /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|generated|config|parts\.config))?\.ts$/;
      return wanted.test(name) ? [] : [`${path} is not named in kebab-case`];
    },
    planted: [at('registry/myFile.ts'), at('registry/my_file.ts'), at('actions/lib/metrics/binary/rocAuc.ts')],
    innocent: [
      at('actions/lib/metrics/binary/roc_auc.ts'),
      at('registry/metrics.generated.ts'),
      at('test/a-b.test.ts'),
    ],
  },
  {
    name: 'no file is a drawer for whatever is left over',
    check: ({ path }) =>
      /(^|\/)(utils?|helpers?|types|common|misc|shared|constants|index)\.[cm]?[jt]s$/.test(path) &&
      path !== 'bot/index.ts'
        ? [`${path} says nothing about what it holds`]
        : [],
    planted: [
      at('actions/lib/utils.ts'),
      at('registry/types.ts'),
      at('actions/evaluate/index.ts'),
      at('test/helpers.ts'),
    ],
    innocent: [at('bot/index.ts'), at('registry/metric.ts')],
  },
  {
    name: 'no barrel files',
    check: (source) => {
      if (!isTypeScript(source) || isGenerated(source)) return [];
      const statements = tokenize(source.text)
        .code.split(/;|\n(?=\s*(?:import|export)\b)/)
        .map((statement) => statement.trim())
        .filter((statement) => statement !== '');
      const isReexport = (statement: string) => /^export\b[^=]*\bfrom\s*'\d+'$/.test(statement);
      return statements.length > 0 && statements.every(isReexport)
        ? [`${source.path} only passes on what others export`]
        : [];
    },
    planted: [
      at(
        'registry/evidence/all.ts',
        "export * from './a.ts';\nexport { b } from './b.ts'\nexport type { C } from './c.ts';",
      ),
    ],
    innocent: [at('registry/a.ts', "export { b } from './b.ts';\nexport const c = 1;"), at('registry/empty.ts')],
  },
  {
    name: `a file of the product has at most ${mostLines} lines`,
    check: (source) => {
      const lines = source.text.trimEnd().split('\n').length;
      return isProduct(source) && lines > mostLines ? [`${source.path} has ${lines} lines`] : [];
    },
    planted: [at('actions/evaluate/main.ts', '//\n'.repeat(mostLines + 1))],
    innocent: [
      at('actions/evaluate/main.ts', '//\n'.repeat(mostLines)),
      at('registry/a.generated.ts', '//\n'.repeat(999)),
    ],
  },
  {
    name: 'no path of somebody’s machine',
    check: ({ path, text }) =>
      [...text.matchAll(/(?<![\w.~}*)-])\/(?:work|root|Users|home\/(?!runner\b)\w+)\/[\w.]/g)].map(
        (match) => `${path}:${text.slice(0, match.index).split('\n').length} ${match[0]}…`,
      ),
    // Put together here, so that this file itself keeps the rule.
    planted: ['work', 'root', 'home/me', 'Users'].map((folder) => at('README.md', `See /${folder}/main.`)),
    innocent: [at('README.md', 'A framework/main, ./work/main, /home/runner/_work.')],
  },
];

const codeRules: HouseRule[] = [
  forbidden(
    'no default exports',
    /\bexport\s+default\b|\bas\s+default\b/,
    (source) => isTypeScript(source) && !isConfig(source) && source.path !== 'bot/index.ts',
    [at('registry/a.ts', 'export default function a() {}'), at('registry/a.ts', 'export { a as default };')],
    [
      at('vitest.config.ts', 'export default defineConfig({});'),
      at('registry/a.ts', "// export default\nconst a = 'export default';"),
    ],
  ),
  forbidden(
    'no enums',
    /(?<![.\w])enum\s+[A-Za-z_$]/,
    isTypeScript,
    [at('registry/a.ts', 'enum Colour { Red }'), at('registry/a.ts', 'export const enum Colour { Red }')],
    [at('registry/a.ts', "const a = z.enum(['x']); // enum Colour")],
  ),
  forbidden(
    'no `any`, no double cast',
    /\bas\s+(?:any|never)\b|:\s*any\b|<any>|\bas\s+unknown\s+as\b/,
    isTypeScript,
    [
      at('test/a.ts', 'const a = b as any;'),
      at('test/a.ts', 'const a = b as unknown as C;'),
      at('test/a.ts', 'let a: any;'),
    ],
    [at('test/a.ts', "const a = z.any(); const b = 'as any'; Promise.any(a);")],
  ),
  {
    name: 'no compiler or linter check is switched off',
    check: ({ path, text }) =>
      path.endsWith('.ts')
        ? [
            ...text.matchAll(
              /(?:\/\/|\/\*)\s*(@ts-(?:ignore|nocheck|expect-error)|(?:eslint|oxlint)-disable[\w-]*|biome-ignore)/g,
            ),
          ].map((match) => `${path}:${text.slice(0, match.index).split('\n').length} ${match[1]}`)
        : [],
    planted: ['@ts-ignore', '@ts-expect-error', 'oxlint-disable-next-line', 'biome-ignore'].map((word) =>
      at('registry/a.ts', `// ${word} because`),
    ),
    innocent: [at('registry/a.ts', '// Nothing to see.'), at('README.md', 'no @ts-ignore')],
  },
  forbidden(
    'rules, metrics and statistics know no clock, no chance and no process',
    /\bDate\.now\b|\bnew\s+Date\s*\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\brandom(?:UUID|Bytes|Int)\b|\bprocess\.|\bfetch\s*\(/,
    isPure,
    [
      at('registry/judge.ts', 'const now = Date.now();'),
      at('actions/lib/metrics/binary/f1.ts', 'Math.random();'),
      at('actions/lib/statistics/bootstrap.ts', 'const now = new Date();'),
      at('registry/judge.ts', 'process.env.HOME'),
    ],
    [at('registry/judge.ts', 'const at = new Date(measured); // Date.now'), at('actions/cli/a.ts', 'Date.now();')],
  ),
  forbidden(
    'tests are neither skipped nor alone nor empty',
    /\b(?:it|test|describe|suite)\s*\.\s*(?:skip|only|todo|skipIf|runIf|fails)\b|\bx(?:it|describe)\s*\(/,
    ({ path }) => path.endsWith('.test.ts'),
    [at('test/a.test.ts', "it.skip('a', () => {});"), at('test/a.test.ts', "describe.only('a', () => {});")],
    [at('test/a.test.ts', "it.each([1])('never it.skip', () => {});")],
  ),
];

interface Step {
  run?: string;
  with?: { script?: string };
}
interface Job {
  uses?: string;
  permissions?: unknown;
  'timeout-minutes'?: number;
  steps?: Step[];
}
/** Of a workflow or an action, what the rules look at. */
interface Automation {
  permissions?: unknown;
  jobs?: Record<string, Job>;
  runs?: { steps?: Step[] };
}
const isWorkflow = ({ path }: Source) => /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path);
const isAction = ({ path }: Source) => /(^|\/)action\.ya?ml$/.test(path);
const stepsOf = (document: Automation): Step[] => [
  ...Object.values(document.jobs ?? {}).flatMap((job) => job.steps ?? []),
  ...(document.runs?.steps ?? []),
];
const workflow = (text: string) => at('.github/workflows/a.yml', text);
const goodWorkflow = workflow(`permissions: {}
jobs:
  a:
    permissions: { contents: read } # to check out
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@0000000000000000000000000000000000000000 # v1.0.0
      - uses: ./actions/evaluate
      - env: { TITLE: '\${{ github.event.pull_request.title }}' }
        run: echo "$TITLE"
`);

const workflowRules: HouseRule[] = [
  {
    name: 'a workflow begins with no permissions, and each job asks for its own',
    check: (source) => {
      if (!isWorkflow(source)) return [];
      const document: Automation = parse(source.text);
      const found =
        JSON.stringify(document.permissions) === '{}' ? [] : [`${source.path} does not begin with permissions: {}`];
      for (const [name, job] of Object.entries(document.jobs ?? {})) {
        if (job.permissions === undefined) found.push(`${source.path}: job ${name} has no permissions`);
        if (job['timeout-minutes'] === undefined && job.uses === undefined)
          found.push(`${source.path}: job ${name} has no timeout-minutes`);
      }
      return found;
    },
    planted: [
      workflow(goodWorkflow.text.replace('permissions: {}', 'permissions: read-all')),
      workflow(goodWorkflow.text.replace('permissions: {}\n', '')),
      workflow(goodWorkflow.text.replace(/ {4}permissions.*\n/, '')),
      workflow(goodWorkflow.text.replace(/ {4}timeout.*\n/, '')),
    ],
    innocent: [goodWorkflow],
  },
  {
    name: 'whatever a workflow uses is pinned by commit, with its version beside it',
    check: (source) =>
      isWorkflow(source) || isAction(source)
        ? source.text
            .split('\n')
            .map((line) => /^\s*(?:-\s+)?uses:\s*(.*)$/.exec(line)?.[1])
            .filter((uses) => uses !== undefined)
            .filter((uses) => !/^\.\.?\/|^['"]?[\w.-]+\/[\w./-]+@[0-9a-f]{40}['"]?\s+#\s*v?\d/.test(uses))
            .map((uses) => `${source.path}: ${uses}`)
        : [],
    planted: [
      workflow(goodWorkflow.text.replace(/@0+ # v1.0.0/, '@v1')),
      workflow(goodWorkflow.text.replace(' # v1.0.0', '')),
      at('actions/evaluate/action.yml', 'runs:\n  steps:\n    - uses: actions/setup-node@main\n'),
    ],
    innocent: [goodWorkflow],
  },
  {
    name: 'no expression stands inside `run` or a script',
    check: (source) => {
      if (!isWorkflow(source) && !isAction(source)) return [];
      return stepsOf(parse(source.text))
        .flatMap((step) => [step.run, step.with?.script])
        .filter((script) => script?.includes('${{'))
        .map((script) => `${source.path}: ${script}`);
    },
    planted: [
      workflow(goodWorkflow.text.replace('$TITLE', '${{ github.event.pull_request.title }}')),
      at('action.yml', 'runs:\n  steps:\n    - run: echo ${{ inputs.model }}\n      shell: bash\n'),
    ],
    innocent: [goodWorkflow],
  },
];

export const houseRules: HouseRule[] = [...fileRules, ...codeRules, ...workflowRules];
