/** What a robot is told apart by: everything here ends up in somebody's shell, YAML or JSON, and `$` is in its name. */
export interface Credentials {
  /** Host and port, as in `location.host`. */
  readonly host: string;
  readonly name: string;
  readonly secret: string;
}

export const snippetKinds = [
  'docker',
  'podman',
  'dockerConfig',
  'kubectl',
  'kubernetesYaml',
  'githubActions',
  'gitlabCi',
  'helm',
] as const;
export type SnippetKind = (typeof snippetKinds)[number];

/** What is run in a shell, and what is put into a file. A file that is checked in never holds the secret. */
export interface Snippet {
  readonly run?: readonly string[];
  readonly file?: readonly string[];
}

/** For sh, bash, zsh and fish: nothing inside single quotes means anything, so `robot$ci` stays that. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Every JSON string is a YAML one in double quotes, where `$` means nothing either. */
const yamlQuoted = (text: string) => JSON.stringify(text);

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** As `docker login` writes it into ~/.docker/config.json. */
function dockerConfig({ host, name, secret }: Credentials): object {
  return { auths: { [host]: { auth: base64(`${name}:${secret}`) } } };
}

/** A name that Kubernetes allows. */
function kubernetesName(name: string): string {
  const allowed = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `registry-${allowed}`.slice(0, 63).replace(/-+$/, '');
}

/** Not as an argument: the arguments of a process are there for everybody on its machine to see. */
const logIn = (client: string, { host, name, secret }: Credentials) => [
  `printf %s ${shellQuoted(secret)} |`,
  `  ${client} login ${shellQuoted(host)} --username ${shellQuoted(name)} --password-stdin`,
];

const writers: Readonly<Record<SnippetKind, (robot: Credentials) => Snippet>> = {
  docker: (robot) => ({ run: logIn('docker', robot) }),
  podman: (robot) => ({ run: logIn('podman', robot) }),
  helm: (robot) => ({ run: logIn('helm registry', robot) }),

  dockerConfig: (robot) => ({ file: JSON.stringify(dockerConfig(robot), null, 2).split('\n') }),

  kubectl: ({ host, name, secret }) => ({
    run: [
      `kubectl create secret docker-registry ${kubernetesName(name)} \\`,
      `  --docker-server=${shellQuoted(host)} \\`,
      `  --docker-username=${shellQuoted(name)} \\`,
      `  --docker-password=${shellQuoted(secret)}`,
    ],
  }),

  kubernetesYaml: (robot) => ({
    file: [
      'apiVersion: v1',
      'kind: Secret',
      'type: kubernetes.io/dockerconfigjson',
      'metadata:',
      `  name: ${kubernetesName(robot.name)}`,
      'data:',
      `  .dockerconfigjson: ${base64(JSON.stringify(dockerConfig(robot)))}`,
    ],
  }),

  githubActions: ({ host, name, secret }) => ({
    run: [`printf %s ${shellQuoted(secret)} | gh secret set REGISTRY_SECRET`],
    file: [
      '- uses: docker/login-action@v3',
      '  with:',
      `    registry: ${yamlQuoted(host)}`,
      `    username: ${yamlQuoted(name)}`,
      '    password: ${{ secrets.REGISTRY_SECRET }}',
    ],
  }),

  gitlabCi: ({ host, name, secret }) => ({
    // Without --raw GitLab would take a $ in the secret for the beginning of a variable's name.
    run: [`printf %s ${shellQuoted(secret)} | glab variable set REGISTRY_SECRET --masked --raw`],
    file: [
      'before_script:',
      '  - |',
      '    printf %s "$REGISTRY_SECRET" |',
      `      docker login ${shellQuoted(host)} --username ${shellQuoted(name)} --password-stdin`,
    ],
  }),
};

export const snippetOf = (kind: SnippetKind, robot: Credentials): Snippet => writers[kind](robot);

/** A file's name that every system takes. */
export const fileNameOf = (name: string): string => `${name.replace(/[^A-Za-z0-9._-]+/g, '-')}.json`;

export function fileOf(robot: Credentials, expires: string | undefined): string {
  const { host, name, secret } = robot;
  return `${JSON.stringify({ registry: host, name, secret, ...(expires && { expires }) }, null, 2)}\n`;
}
