/** What a person types to get something out of this registry, or into it. */

/** Programs whose commands are shown; the first of a type is the usual one. */
export const clients = ['docker', 'podman', 'nerdctl', 'crictl', 'helm', 'oras'] as const;
export type Client = (typeof clients)[number];

const imageClients: readonly Client[] = ['docker', 'podman', 'nerdctl', 'crictl', 'oras'];
const chartClients: readonly Client[] = ['helm', 'oras'];

/** Those that can do something with an artifact of Harbor's type (`IMAGE`, `CHART`, `CNAI` …). */
export function clientsFor(type: string | undefined): readonly Client[] {
  if (type === 'IMAGE') return imageClients;
  return type === 'CHART' ? chartClients : ['oras'];
}

/** In localStorage. */
const preference = 'moorage-client';

/** The client that the person prefers, when it can handle this type; else the usual one. */
export function preferredClient(type: string | undefined, storage: Pick<Storage, 'getItem'>): Client {
  const able = clientsFor(type);
  return able.find((client) => client === storage.getItem(preference)) ?? able[0] ?? 'oras';
}

export function preferClient(client: Client, storage: Pick<Storage, 'setItem'>): void {
  storage.setItem(preference, client);
}

/** How clients reach this registry: under the address at which the portal is seen. */
export interface Registry {
  /** With the port when it is not the scheme's own. */
  readonly host: string;
  /** HTTP without encryption: most clients have to be told. */
  readonly plain: boolean;
}

export const registryAt = ({ host, protocol }: Pick<URL, 'host' | 'protocol'>): Registry => ({
  host,
  plain: protocol === 'http:',
});

/** What is wanted: by its tag when there is one, else by its digest. */
export interface Wanted {
  /** Whole, project included. */
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  /** `linux/arm64/v8`. Whoever pushes an index writes it. */
  readonly platform?: string | undefined;
}

/** `host/project/name:tag`, as manifests of Kubernetes and Dockerfiles name it too. */
function referenceOf({ host }: Registry, { repository, tag, digest }: Wanted): string {
  const what = tag === undefined ? (digest === undefined ? '' : `@${digest}`) : `:${tag}`;
  return `${host}/${repository}${what}`;
}

/** Undefined when the client cannot get it so: Helm knows only tags that are versions. */
export function pullCommand(client: Client, registry: Registry, wanted: Wanted): string | undefined {
  const reference = referenceOf(registry, wanted);
  const platform = platformFlag(wanted);
  const { plain } = registry;
  switch (client) {
    case 'docker':
      return line('docker pull', platform, reference);
    case 'podman':
      return line('podman pull', plain && '--tls-verify=false', platform, reference);
    case 'nerdctl':
      return line('nerdctl', plain && '--insecure-registry', 'pull', platform, reference);
    case 'crictl':
      return line('crictl pull', reference);
    case 'helm':
      return isChartVersion(wanted)
        ? line('helm pull', plain && '--plain-http', chartOf(registry, wanted))
        : undefined;
    case 'oras':
      return line('oras pull', plain && '--plain-http', platform, reference);
  }
}

/** Helm 3.22 refuses others: "improper constraint" (test/clients/portal-commands.clients.test.ts). */
const isChartVersion = ({ tag }: Wanted) => tag === undefined || /^v?\d+\.\d+\.\d+/.test(tag);

/** A version is asked for by its flag, which every Helm with OCI knows; digests need Helm 3.17. */
function chartOf(registry: Registry, wanted: Wanted): string {
  const { tag } = wanted;
  if (tag === undefined) return `oci://${referenceOf(registry, wanted)}`;
  // Tags have no plus sign: Helm writes an underscore for the one before a version's build.
  return `oci://${referenceOf(registry, { repository: wanted.repository })} --version ${tag.replace('_', '+')}`;
}

/** From a fresh sign-in to what is in the registry. `tag` and the files are examples unless there are real ones. */
export function pushCommands(
  client: Client,
  registry: Registry,
  { repository, tag = '1.0' }: Pick<Wanted, 'repository' | 'tag'>,
): string[] {
  const reference = referenceOf(registry, { repository, tag });
  const { plain } = registry;
  switch (client) {
    case 'helm': {
      // Helm takes the last part of the repository's name from the chart itself.
      const folder = repository.slice(0, repository.lastIndexOf('/'));
      const name = repository.slice(folder.length + 1);
      return [
        `helm package ${name}/`,
        line('helm push', plain && '--plain-http', `${name}-1.0.0.tgz`, `oci://${registry.host}/${folder}`),
      ];
    }
    case 'oras':
      return [line('oras push', plain && '--plain-http', reference, 'file.txt')];
    case 'podman':
      return [
        `podman tag ${localImage(repository)} ${reference}`,
        line('podman push', plain && '--tls-verify=false', reference),
      ];
    case 'nerdctl':
      return [
        `nerdctl tag ${localImage(repository)} ${reference}`,
        line('nerdctl', plain && '--insecure-registry', 'push', reference),
      ];
    // crictl cannot push.
    case 'crictl':
    case 'docker':
      return [`docker tag ${localImage(repository)} ${reference}`, `docker push ${reference}`];
  }
}

const localImage = (repository: string) => `${repository.slice(repository.lastIndexOf('/') + 1)}:latest`;

export function loginCommand(client: Client, { host, plain }: Registry): string {
  switch (client) {
    case 'helm':
      return line('helm registry login', plain && '--plain-http', host);
    case 'oras':
      return line('oras login', plain && '--plain-http', host);
    case 'podman':
      return line('podman login', plain && '--tls-verify=false', host);
    case 'nerdctl':
      return line('nerdctl', plain && '--insecure-registry', 'login', host);
    case 'crictl':
    case 'docker':
      return `docker login ${host}`;
  }
}

export const kubernetesLine = (registry: Registry, wanted: Wanted) =>
  `image: ${referenceOf(registry, wanted)}`;

export const dockerfileLine = (registry: Registry, wanted: Wanted) =>
  line('FROM', platformFlag(wanted, '='), referenceOf(registry, wanted));

/** Only what has the shape of a platform gets into a command that people paste into a shell. */
function platformFlag({ platform }: Wanted, between = ' '): string {
  const harmless = /^[a-z0-9][\w.-]*(\/[a-z0-9][\w.-]*){1,2}$/i;
  return platform !== undefined && harmless.test(platform) ? `--platform${between}${platform}` : '';
}

const line = (...words: (string | false)[]) =>
  words.filter((word) => word !== false && word !== '').join(' ');
