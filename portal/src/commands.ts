/** What a person types to use this registry, for the address under which they see this page. */
export interface Commands {
  login: string;
  push: string[];
  pull: string;
  /** Docker refuses plain HTTP except on the machine itself; the page then says what to set. */
  insecure: boolean;
}

/** `host` with the port when it is not the scheme's own, as in `location.host`. */
export function commandsFor({
  protocol,
  host,
  hostname,
}: Pick<Location, 'protocol' | 'host' | 'hostname'>): Commands {
  const image = `${host}/library/hello:1.0`;
  return {
    login: `docker login ${host}`,
    push: [`docker tag hello:latest ${image}`, `docker push ${image}`],
    pull: `docker pull ${image}`,
    insecure: protocol === 'http:' && !isLoopback(hostname),
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
