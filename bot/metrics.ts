/** What can be counted, each with what it says and whether it only ever grows. */
const FAMILIES = {
  looks_total: { type: 'counter', help: 'Looks at a repository, by how they ended' },
  look_seconds: { type: 'summary', help: 'How long a look took' },
  actions_total: { type: 'counter', help: 'Actions, by kind and by what became of them' },
  webhooks_total: { type: 'counter', help: 'Webhooks, by the status that they were answered with' },
  webhook_seconds: { type: 'summary', help: 'How long a webhook waited for its answer' },
  github_requests_total: { type: 'counter', help: 'Requests to GitHub, by method and status (0: no answer)' },
  github_rate_limit_remaining: { type: 'gauge', help: 'What the installation asked last has left of its hour' },
  last_sweep_timestamp_seconds: { type: 'gauge', help: 'When the last sweep ended that reached everything' },
} as const;

type Family = keyof typeof FAMILIES;
type Labels = Record<string, string>;

/** Figures of one process, for Prometheus. */
export interface Metrics {
  count(name: Family, labels: Labels): void;
  gauge(name: Family, labels: Labels, value: number): void;
  observe(name: Family, labels: Labels, seconds: number): void;
  /** In Prometheus' text format, https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string;
}

export function createMetrics(): Metrics {
  const samples = new Map<string, { family: Family; value: number }>();
  const add = (family: Family, suffix: string, labels: Labels, by: number) => {
    const key = `tiltyard_${family}${suffix}${written(labels)}`;
    samples.set(key, { family, value: (samples.get(key)?.value ?? 0) + by });
  };
  return {
    count: (name, labels) => add(name, '', labels, 1),
    gauge: (family, labels, value) => void samples.set(`tiltyard_${family}${written(labels)}`, { family, value }),
    observe(name, labels, seconds) {
      add(name, '_sum', labels, seconds);
      add(name, '_count', labels, 1);
    },
    text: () =>
      Object.entries(FAMILIES)
        .map(([name, { type, help }]) => {
          const lines = [...samples]
            .filter(([, { family }]) => family === name)
            .map(([key, { value }]) => `${key} ${value}`);
          return [`# HELP tiltyard_${name} ${help}`, `# TYPE tiltyard_${name} ${type}`, ...lines, ''].join('\n');
        })
        .join(''),
  };
}

function written(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
