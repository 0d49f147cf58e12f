import { CommandLines } from './command-line.tsx';
import type { Commands } from './commands.ts';
import type { Health } from './health.ts';

const healthTexts: Readonly<Record<Health, string>> = {
  asking: 'asking how it is …',
  healthy: 'serving',
  unhealthy: 'a part of it has failed; see /api/v2.0/health',
  unreachable: 'does not answer',
};

export function StartPage({ host, commands, health }: { host: string; commands: Commands; health: Health }) {
  return (
    <>
      <header>
        <img src="/favicon.svg" alt="" width="40" height="40" />
        <h1>Moorage</h1>
        <span className="version">{MOORAGE_VERSION}</span>
      </header>
      <main>
        <p className="lead">
          A registry for container images and every other OCI artifact runs at <b>{host}</b>.{' '}
          <span className={`health ${health}`} role="status">
            {healthTexts[health]}
          </span>
        </p>
        {commands.insecure && <PlainHttp host={host} />}
        <ol>
          <li>
            <h2>Log in</h2>
            <CommandLines lines={[commands.login]} />
            <p>
              The first administrator is <code>admin</code>; the password is printed where the registry was
              first started. Podman, Skopeo, Helm, ORAS and crane log in to the same address.
            </p>
          </li>
          <li>
            <h2>Push</h2>
            <CommandLines lines={commands.push} />
            <p>
              <code>library</code> is the project: anyone may pull from it, its members may push to it.
            </p>
          </li>
          <li>
            <h2>Pull</h2>
            <CommandLines lines={[commands.pull]} />
          </li>
        </ol>
      </main>
      <footer>
        Guides and settings are in the folder <code>docs</code> of the installation. For programs:{' '}
        <a href="/api/v2.0/systeminfo">what runs here</a>, <a href="/api/v2.0/health">how it is</a>,{' '}
        <a href="/v2/">the OCI distribution API</a>.
      </footer>
    </>
  );
}

function PlainHttp({ host }: { host: string }) {
  return (
    <p className="notice">
      This page came over plain HTTP. Docker refuses that unless <code>{host}</code> is listed under{' '}
      <code>insecure-registries</code> in its <code>daemon.json</code>. Better: give the registry a
      certificate and a key.
    </p>
  );
}
