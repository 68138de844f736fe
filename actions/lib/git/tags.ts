import { UserError } from '#registry/error.ts';
import type { Person } from '#registry/history/commit.ts';
import { finished, type GitContext, refusal, runGit, startGit } from './command.ts';

/** A tag with a message of its own. */
export interface AnnotatedTag {
  name: string;
  commit: string;
  tagger: Person;
  /** When, in seconds since 1970. */
  seconds: number;
  message: string;
}

/** The commit of each tag whose name begins so; null for one that is not annotated, or stands at something else. */
export async function listTags(context: GitContext, prefixes: readonly string[]): Promise<Map<string, string | null>> {
  // A pattern's special characters are none of a model's name, so that these are plain beginnings.
  const patterns = prefixes.map((prefix) => `refs/tags/${prefix}*`);
  const format = '--format=%(refname:strip=2)%00%(objecttype)%00%(*objecttype)%00%(*objectname)';
  const { stdout } = await runGit(context, ['for-each-ref', format, ...patterns]);
  const found = new Map<string, string | null>();
  for (const line of stdout.toString('utf8').split('\n')) {
    const [name, type, target, commit] = line.split('\0');
    if (name === undefined || name === '') continue;
    found.set(name, type === 'tag' && target === 'commit' && commit !== undefined ? commit : null);
  }
  return found;
}

/**
 * Makes tags, all or none of them; none that is there is moved.
 * @throws UserError where one of them appeared meanwhile.
 */
export async function createTags(context: GitContext, tags: readonly AnnotatedTag[]): Promise<void> {
  const commands: string[] = [];
  for (const tag of tags) commands.push(`create refs/tags/${tag.name} ${await writeTag(context, tag)}\n`);
  if (commands.length === 0) return;
  await feed(context, ['update-ref', '--stdin'], `start\n${commands.join('')}prepare\ncommit\n`);
}

/** Writes the object of a tag; no name points to it yet. */
async function writeTag(
  context: GitContext,
  { name, commit, tagger, seconds, message }: AnnotatedTag,
): Promise<string> {
  const who = `${plain(tagger.name)} <${plain(tagger.email)}>`;
  const text = `object ${commit}\ntype commit\ntag ${name}\ntagger ${who} ${seconds} +0000\n\n${message}\n`;
  return (await feed(context, ['mktag'], text)).trim();
}

/** Without what would end a field of a tag's head; git asks for some name. */
const plain = (text: string) => text.replace(/[<>\n\0]/g, '').trim() || 'unknown';

async function feed(context: GitContext, args: readonly string[], input: string): Promise<string> {
  const process = startGit(context, args);
  const chunks: Buffer[] = [];
  process.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  process.stdin.end(input);
  const { code, said } = await finished(context, process);
  if (code === 0) return Buffer.concat(chunks).toString('utf8');
  if (said.includes('already exists')) {
    throw new UserError('another tag of that name appeared meanwhile', { fix: 'Run it again.' });
  }
  throw refusal(context.root, args[0] ?? '', said);
}
