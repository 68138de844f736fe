import { type Import, importsOf, type Source } from './source.ts';

/** What the files of one place may import; `null` where anything of that kind is fine. */
interface Zone {
  name: string;
  of: RegExp;
  /** Paths from the repository's root. */
  paths: RegExp;
  /** Packages of npm. */
  packages: RegExp | null;
  /** Node's own modules. */
  node: RegExp | null;
  /** Whether its files may import what is only known when they run. */
  computed?: true;
}

const pureNode = /^node:(crypto|util|path\/posix)$/;
const nothing = /^(?!)/;

const generator = /(^|\/)generate\.ts$/;

const everythingElse: Zone = {
  name: 'tests, benches and configuration',
  of: /^(test|bench)\/|^[^/]+\.ts$/,
  paths: /./,
  packages: null,
  node: null,
};

/** The first zone whose `of` matches a file holds for it. */
const zones: Zone[] = [
  // Run by `npm run generate`, never by Tiltyard itself: nothing imports it.
  { name: 'a generator', of: generator, paths: /^(registry|actions)\//, packages: null, node: null, computed: true },
  { name: 'registry/github', of: /^registry\/github\//, paths: /^registry\//, packages: null, node: pureNode },
  {
    name: 'registry',
    of: /^registry\//,
    paths: /^registry\//,
    packages: /^(zod|yaml|markdown-table|semver)$/,
    node: pureNode,
  },
  {
    name: 'metrics and statistics',
    of: /^actions\/lib\/(metrics|statistics)\//,
    paths: /^(registry\/|actions\/lib\/(metrics|statistics)\/)/,
    packages: /^simple-statistics$/,
    node: nothing,
  },
  {
    // It loads the module that the process was started for, whatever that is.
    name: 'what a child process starts with',
    of: /^actions\/lib\/child\/boot\.ts$/,
    paths: /^actions\/lib\//,
    packages: nothing,
    node: null,
    computed: true,
  },
  { name: 'actions/lib', of: /^actions\/lib\//, paths: /^(registry|actions\/lib)\//, packages: null, node: null },
  { name: 'actions/main.ts', of: /^actions\/main\.ts$/, paths: /^(registry|actions)\//, packages: null, node: null },
  { name: 'actions/cli', of: /^actions\/cli\//, paths: /^(registry|actions)\//, packages: null, node: null },
  ...['train', 'evaluate', 'drift', 'canary', 'serve'].map((verb) => ({
    name: `actions/${verb}`,
    of: new RegExp(`^actions/${verb}/`),
    paths: new RegExp(`^(registry|actions/lib|actions/${verb})/`),
    packages: null,
    node: null,
  })),
  { name: 'bot', of: /^bot\//, paths: /^(registry|bot)\//, packages: null, node: null },
  {
    name: 'the example’s demo',
    of: /^examples\/[^/]+\/demo(\.ts$|\/)/,
    // It plays its pull request on the double of GitHub that the tests use.
    paths: /^(registry|actions|bot|examples|test\/github)\//,
    packages: null,
    node: null,
  },
  // A user's repository: it can't reach into Tiltyard.
  { name: 'examples', of: /^examples\//, paths: /^examples\//, packages: null, node: null },
  everythingElse,
];

/** Where each vendor lives. Tests and benches may use any. */
const homes: [vendor: RegExp, home: RegExp][] = [
  [/^@actions\//, /^actions\/lib\/action(\.ts$|\/)/],
  [/^onnxruntime-node$/, /^actions\/lib\/onnx\//],
  [/^onnx-proto$/, /^(actions\/lib\/onnx|examples)\//],
  [/^@duckdb\//, /^(actions\/lib\/data|examples)\//],
  [/^@aws-sdk\//, /^actions\/lib\/store(\.ts$|\/)/],
  [/^(probot|@octokit\/)/, /^(bot|registry\/github)\//],
  [/^commander$/, /^actions\/(main\.ts$|cli\/)/],
  [/^markdown-table$/, /^registry\/markdown\//],
  [/^semver$/, /^registry\//],
  [/^simple-statistics$/, /^actions\//],
  [/^(unified|remark-\w+|rehype-\w+)$/, /^examples\/[^/]+\/demo\//],
  [/^yaml$/, /^(registry|actions\/cli|examples)\//],
];
const freeOfHomes = /^(test|bench)\/|^[^/]+\.ts$/;

/** One sentence for each import that the direction of the layers forbids. */
export function directionViolations(source: Source): string[] {
  if (!source.path.endsWith('.ts')) return [];
  const zone = zones.find(({ of }) => of.test(source.path));
  if (zone === undefined)
    return [`${source.path} lies in no known place: give its folder a zone in test/contract/imports.ts`];
  return importsOf(source)
    .filter((found) => !isAllowed(zone, found))
    .map(({ specifier, line }) => `${source.path}:${line} imports ${specifier}, which ${zone.name} may not`);
}

function isAllowed(zone: Zone, { target }: Import): boolean {
  if (target === '?') return zone.computed === true;
  if (generator.test(target)) return zone === everythingElse || zone.of === generator;
  if (target.startsWith('node:')) return zone.node === null || zone.node.test(target);
  if (target.includes('/') && !target.startsWith('@')) return zone.paths.test(target);
  if (target.endsWith('.ts') || target.startsWith('.')) return zone.paths.test(target);
  return zone.packages === null || zone.packages.test(target);
}

/** One sentence for each vendor that is imported away from its home. */
export function homeViolations(source: Source): string[] {
  if (!source.path.endsWith('.ts') || freeOfHomes.test(source.path)) return [];
  return importsOf(source).flatMap(({ target, line }) =>
    homes
      .filter(([vendor, home]) => vendor.test(target) && !home.test(source.path))
      .map(([, home]) => `${source.path}:${line} imports ${target}, whose home is ${home.source}`),
  );
}
