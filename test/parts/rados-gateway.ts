import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A real S3 server on loopback: Ceph's gateway over one monitor and one storage daemon, which keeps all in memory. */
export interface RadosGateway {
  endpoint: string;
  port: number;
  /** What its one user signs with, as variables of the environment. */
  env: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
  /** Ends all of its processes, and removes what they wrote. */
  stop(): Promise<void>;
}

const KEY = 'TILTYARDTESTKEY';
const SECRET = 'a-secret-that-nobody-may-see';
/** Taken as it is used. When it is full, the gateway answers no writes any more. */
const MEMORY = 3 * 2 ** 30;

/**
 * Starts it on free ports (Debian: radosgw, ceph-mon, ceph-osd, ceph-common). One pool of one copy, no authentication
 * between the daemons: they are alone on this machine.
 */
export async function startRadosGateway(): Promise<RadosGateway> {
  const home = mkdtempSync(join(tmpdir(), 'tiltyard-ceph-'));
  const started: ChildProcess[] = [];
  const [monitor, gateway] = [await freePort(), await freePort()];
  const config = join(home, 'ceph.conf');
  const [cluster, storage] = [randomUUID(), randomUUID()];
  for (const folder of ['mon', 'osd', 'gateway', 'run', 'log']) mkdirSync(join(home, folder));
  writeFileSync(config, settings(home, cluster, monitor, gateway));

  const command = async (program: string, args: string[]) => {
    await promisify(execFile)(program, args, { timeout: 60_000 }).catch((error: unknown) => {
      throw new Error(`${program} ${args.join(' ')} failed; .ci/run installs Ceph's programs from Debian`, {
        cause: error,
      });
    });
  };
  const daemon = (program: string, args: string[]) => {
    const log = openSync(join(home, 'log', `${program}.out`), 'w');
    started.push(spawn(program, ['-c', config, ...args, '-f'], { stdio: ['ignore', log, log] }));
  };
  const stop = async () => {
    for (const child of started.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(home, { recursive: true, force: true });
  };

  try {
    const map = join(home, 'monmap');
    const address = `[v2:127.0.0.1:${monitor}]`;
    const release = ['--set-min-mon-release', 'pacific'];
    await command('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', address, ...release, map]);
    await command('ceph-mon', ['-c', config, '-i', 'a', '--mkfs', '--monmap', map]);
    daemon('ceph-mon', ['-i', 'a']);
    await command('ceph', ['-c', config, '--connect-timeout', '30', 'osd', 'new', storage]);
    await command('ceph-osd', ['-c', config, '-i', '0', '--mkfs', '--osd-uuid', storage]);
    daemon('ceph-osd', ['-i', '0']);
    const user = ['--uid=tester', '--display-name=tester', `--access-key=${KEY}`, `--secret-key=${SECRET}`];
    await command('radosgw-admin', ['-c', config, 'user', 'create', ...user]);
    daemon('radosgw', ['--id', 'admin']);
    await answering(gateway, started, home);
  } catch (error) {
    await stop();
    throw error;
  }
  const env = { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET };
  return { endpoint: `http://127.0.0.1:${gateway}`, port: gateway, env, stop };
}

function settings(home: string, cluster: string, monitor: number, gateway: number): string {
  const entries: Record<string, string | number> = {
    fsid: cluster,
    'mon host': `v2:127.0.0.1:${monitor}/0`,
    'public addr': '127.0.0.1',
    'cluster addr': '127.0.0.1',
    // No keys between the daemons.
    'auth cluster required': 'none',
    'auth service required': 'none',
    'auth client required': 'none',
    'ms mon client mode': 'crc',
    keyring: '/dev/null',
    // One copy on one daemon is fine here, also on a disk that is nearly full.
    'osd pool default size': 1,
    'osd pool default min size': 1,
    'osd pool default pg num': 4,
    'osd crush chooseleaf type': 0,
    'mon allow pool size one': 'true',
    'mon data avail crit': 0,
    'osd objectstore': 'memstore',
    'memstore device bytes': MEMORY,
    'mon data': join(home, 'mon'),
    'osd data': join(home, 'osd'),
    'rgw data': join(home, 'gateway'),
    'rgw frontends': `beast endpoint=127.0.0.1:${gateway}`,
    'run dir': join(home, 'run'),
    'crash dir': join(home, 'run'),
    'admin socket': join(home, 'run', '$name.asok'),
    'log file': join(home, 'log', '$name.log'),
  };
  const lines = Object.entries(entries).map(([key, value]) => `${key} = ${value}`);
  return `[global]\n${lines.join('\n')}\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answering(port: number, daemons: ChildProcess[], home: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const ended = daemons.find(({ exitCode }) => exitCode !== null);
    if (ended !== undefined) {
      const [program = ''] = ended.spawnargs;
      throw new Error(`${program} ended: ${readFileSync(join(home, 'log', `${program}.out`), 'utf8').slice(-2_000)}`);
    }
    const socket = connect(port, '127.0.0.1');
    const up = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (up) return;
    await wait(100);
  }
  throw new Error('radosgw did not answer within a minute');
}
