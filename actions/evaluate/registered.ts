/** Where a registered version's artifact lies; null where the name is no version. */
export async function locateVersion(_root: string, _model: string, _name: string): Promise<{ folder: string; digest: string; version: string } | null> {
  return null;
}
export async function locateChampion(_root: string, _model: string): Promise<string | null> {
  return null;
}
