/** What a person types to use this registry, for the address under which they see this page. */
export interface Commands {
  login: string;
  push: string[];
}

/** `host` has the port when it is not the scheme's own, as in `location.host`. */
export function commandsFor({ host }: Pick<Location, 'host'>, project: string): Commands {
  const image = `${host}/${project}/hello:1.0`;
  return {
    login: `docker login ${host}`,
    push: [`docker tag hello:latest ${image}`, `docker push ${image}`],
  };
}
