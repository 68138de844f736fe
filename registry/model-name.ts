/** What a model can be called: it is a folder's name on every system, and a part of tags and of artifacts' names. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The same in words. */
export const NAMES = 'lower-case letters, digits and dashes';

export function isModelName(name: string): boolean {
  return MODEL_NAME.test(name);
}
