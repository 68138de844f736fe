const LOCK_FILE =
  /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock|requirements[\w.-]*\.txt|constraints[\w.-]*\.txt|uv\.lock|poetry\.lock|Pipfile\.lock|pdm\.lock|pylock[\w.-]*\.toml|conda-lock\.yml|environment\.ya?ml|pixi\.lock|renv\.lock|Cargo\.lock|go\.sum|Manifest\.toml)$/;

/** Whether a file of this name pins what is installed, by the names that the tools which write them use. */
export function isLockFile(name: string): boolean {
  return LOCK_FILE.test(name);
}
