import fs from 'node:fs';
import http from 'node:http';
import { readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { RunningServer } from './server.ts';

/**
 * Named points in a server, without a line in its source: loaded before it, this module counts the calls that
 * change files, the statements sent to PostgreSQL and the answers sent to clients, and at the n-th one kills the
 * process or lets a file call fail. A test raises n until nothing is hit any more, as SQLite's does.
 */
export interface Points {
  /** The n-th point from now, beginning with 1; 0 for none. */
  at: number;
  /** `kill -9`, or the system error with which the file call ends. */
  fault: 'SIGKILL' | 'EIO' | 'ENOSPC';
  /** Every file call from the n-th on, as a full disk does; else only that one. */
  lasting?: boolean;
}

const enabled = 'FAULTS_POINTS';

/** Environment for a server that obeys `arm`; `control` is a file of its own. */
export function withPoints(control: string): Record<string, string> {
  return { [enabled]: control, NODE_OPTIONS: `--import=${pathToFileURL(import.meta.filename).href}` };
}

/**
 * Counts from now on. Resolves when the server has taken note, with the points that it hit since it was last armed:
 * names of calls.
 */
export async function arm(server: RunningServer, control: string, points: Points): Promise<string[]> {
  const mark = `armed ${Math.random()};`;
  writeFileSync(control, JSON.stringify({ ...points, mark }));
  process.kill(server.pid, 'SIGUSR2');
  while (!server.logs().includes(mark)) await delay(2);
  return hitsIn(server.logs().split('armed ').at(-2) ?? '');
}

/** The points that a server hit before it ended. */
export function lastHits(server: RunningServer): string[] {
  return hitsIn(server.logs().split('armed ').at(-1) ?? '');
}

function hitsIn(output: string): string[] {
  return [...output.matchAll(/hit point (\S+)/g)].map(([, name = '']) => name);
}

const fileCalls = ['open', 'writev', 'fsync', 'ftruncate', 'rename', 'unlink', 'mkdir', 'copyFile'] as const;

const control = process.env[enabled];
if (control !== undefined) install(control);

function install(file: string): void {
  let points: Points = { at: 0, fault: 'EIO' };
  let seen = 0;
  const say = (line: string): void => void fs.writeSync(2, `${line}\n`);
  const isHit = (isFileCall: boolean): boolean => {
    if (points.at === 0 || (points.fault !== 'SIGKILL' && !isFileCall)) return false;
    seen += 1;
    return seen === points.at || (points.lasting === true && seen > points.at);
  };
  const pass = (name: string): void => {
    if (!isHit(false)) return;
    say(`hit point ${name}`);
    process.kill(process.pid, 'SIGKILL');
  };
  process.on('SIGUSR2', () => {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Points & { mark: string };
    points = read;
    seen = 0;
    say(read.mark);
  });
  const fail = (name: string, done: (error: Error) => void): boolean => {
    if (!isHit(true)) return false;
    say(`hit point ${name}`);
    if (points.fault === 'SIGKILL') process.kill(process.pid, 'SIGKILL');
    const error = Object.assign(new Error(`${points.fault}: injected, ${name}`), { code: points.fault });
    setImmediate(done, error);
    return true;
  };
  for (const name of fileCalls) wrapFileCall(name, fail);
  syncBuiltinESMExports();
  before(pg.Client.prototype, 'query', () => pass('query'));
  before(http.ServerResponse.prototype, 'writeHead', () => pass('answer'));
}

type Fail = (name: string, done: (error: Error) => void) => boolean;

function wrapFileCall(name: (typeof fileCalls)[number], fail: Fail): void {
  const real = fs[name] as (...args: unknown[]) => void;
  const wrapped = (...args: unknown[]): void => {
    // node:fs calls back last; reading a folder or a file opens it too, and only a driver's own calls count.
    const done = args.at(-1) as (error: Error) => void;
    if (!fail(name, done)) real(...args);
  };
  Object.assign(fs, { [name]: wrapped });
}

function before(prototype: object, name: string, act: () => void): void {
  const real = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    act();
    return Reflect.apply(real, this, args);
  };
  Object.assign(prototype, { [name]: wrapped });
}
