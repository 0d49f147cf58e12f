import { Socket } from 'node:net';

/**
 * Loaded before every test file: a connection to anything but this machine throws.
 * A test that reached out would pass or fail with somebody else's server.
 */
const fence = Symbol.for('moorage.test.loopback-only');

// Test files share a process: this file is run again for each, and must not wrap the wrapper.
if (!(fence in Socket.prototype)) {
  const connect = Reflect.get(Socket.prototype, 'connect');
  const fenced = function (this: Socket, ...args: unknown[]) {
    const host = hostOf(args);
    if (host !== undefined && !/^(localhost|127(\.\d+){3}|::1)$/.test(host)) {
      throw new Error(`a test may not reach ${host}: start a server on loopback in test/support instead`);
    }
    return Reflect.apply(connect, this, args);
  };
  Object.assign(Socket.prototype, { connect: fenced, [fence]: true });
}

/** The overloads: (options), (path), (port), (port, host), or what node:net itself passes on, [options, callback]. */
function hostOf([first, second]: unknown[]): string | undefined {
  if (Array.isArray(first)) return hostOf(first);
  if (typeof first !== 'object' || first === null) return typeof second === 'string' ? second : undefined;
  return 'host' in first && typeof first.host === 'string' ? first.host : undefined;
}
