import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { type Child, ChildStopped, startChild } from '#lib/child/child.ts';
import type { Frame } from '#lib/child/frame.ts';
import { UserError } from '#registry/error.ts';
import { childrenOf, isAlive } from '../../fixtures/processes.ts';

const entry = fileURLToPath(new URL('../../fixtures/child/misbehave.ts', import.meta.url));
const limits = { memory: 400e6, seconds: 30 };
const started: Child[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.stop();
});

function child(more: Partial<typeof limits> = {}, signal?: AbortSignal): Child {
  const one = startChild(entry, 'the candidate', { ...limits, ...more }, signal);
  started.push(one);
  return one;
}

async function stopOf(promise: Promise<unknown>): Promise<ChildStopped> {
  const error: unknown = await promise.then(
    () => 'an answer',
    (reason: unknown) => reason,
  );
  if (error instanceof ChildStopped) return error;
  throw new Error(`expected ChildStopped, not ${String(error)}`);
}

describe('a child process', () => {
  it('answers one request after the other, in parts', async () => {
    const one = child();
    const parts: Frame[] = [];
    const last = await one.ask('answer in parts', (frame) => parts.push(frame));
    expect(parts.map(({ head, body }) => [head, Buffer.from(body).toString()])).toEqual([
      [{ kind: 'part', part: 1 }, 'one'],
      [{ kind: 'part', part: 2 }, ''],
    ]);
    expect(Buffer.from(last.body).toString()).toBe('all');
    expect((await one.ask('answer in parts')).head).toEqual({ kind: 'done' });
  });

  it('hands on a user’s mistake and a bug of its own as what they are, and goes on', async () => {
    const one = child();
    const mistake: unknown = await one.ask('complain').catch((error: unknown) => error);
    expect(mistake).toBeInstanceOf(UserError);
    expect(mistake).toMatchObject({ message: 'row 7 is odd', fix: 'Mend row 7.' });
    await expect(one.ask('fly')).rejects.toThrow('the candidate: not understood: "fly"');
    expect((await one.ask('answer in parts')).head).toEqual({ kind: 'done' });
  });

  it('S18 gets nothing of the environment, and nothing of the command line', async () => {
    process.env['TILTYARD_TEST_SECRET'] = 'hunter2';
    const { head } = await child().ask('tell the environment');
    delete process.env['TILTYARD_TEST_SECRET'];
    expect(head).toEqual({ kind: 'done', environment: {}, arguments: [] });
  });

  it('S16 is ended when it loops for ever', async () => {
    const stop = await stopOf(child({ seconds: 1 }).ask('loop for ever'));
    expect(stop).toMatchObject({ reason: 'time', message: 'the candidate was stopped: it ran longer than 1 seconds' });
  });

  it('S16 is ended when it takes more memory than it may', async () => {
    const stop = await stopOf(child({ memory: 300e6 }).ask('take all memory'));
    expect(stop).toMatchObject({
      reason: 'memory',
      message: 'the candidate was stopped: it used more than 300 MB of memory',
    });
  });

  it.each([
    ['abort', 'the candidate crashed (SIGABRT)'],
    ['be terminated', 'the candidate crashed (SIGTERM)'],
  ])('S16 that crashes ("%s") says how', async (request, message) => {
    const stop = await stopOf(child().ask(request));
    expect(stop).toMatchObject({ reason: 'crash', message });
  });

  it.each([
    ['exit', 'the candidate ended with status 7 before it had answered: the last words'],
    ['write half a frame', 'the candidate ended with status 0 before it had answered: '],
  ])('that ends by itself ("%s") is a bug, with its last words', async (request, message) => {
    const error: unknown = await child()
      .ask(request)
      .catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(ChildStopped);
    expect(error).toMatchObject({ message });
  });

  it('S16 that writes something else than answers is ended, not believed', async () => {
    const stop = await stopOf(child().ask('write garbage'));
    expect(stop.message).toBe(
      'the candidate answered with what is no answer: a frame is larger than any that is ever sent',
    );
  });

  it('S16 can’t fill the parent with its error output', async () => {
    const before = process.memoryUsage().rss;
    expect((await child().ask('flood the error output')).head).toEqual({ kind: 'done' });
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it('S16 is gone when the run is interrupted, also in an endless loop', async () => {
    const interrupt = new AbortController();
    const asked = child({}, interrupt.signal).ask('loop for ever');
    setTimeout(() => interrupt.abort(), 300);
    const stop = await stopOf(asked);
    expect(stop.message).toBe('the candidate was interrupted');
  });

  it('S16 goes away by itself when its parent was killed, also in an endless loop', async () => {
    const parent = execa(process.execPath, [fileURLToPath(new URL('../../fixtures/child/start.ts', import.meta.url))], {
      reject: false,
    });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (line) => resolve(JSON.parse(String(line)).pid));
    });
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await parent;
    await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  });

  it('leaves no process behind when it is stopped', async () => {
    const one = child();
    await one.ask('answer in parts');
    one.stop();
    one.stop();
    const stop = await stopOf(one.ask('answer in parts'));
    expect(stop.message).toBe('the candidate crashed (SIGKILL)');
    expect(childrenOf(process.pid).filter(({ command }) => command.includes('misbehave'))).toEqual([]);
  });
});
