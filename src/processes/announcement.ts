export interface Announcement {
  readonly version: string;
  /** What clients type, without a slash at the end. */
  readonly url: string;
  readonly data: string;
  /** Only when it was made by chance on this start: nobody else knows it, and it is not kept. */
  readonly adminPassword?: string;
}

/** What a person at the terminal wants to know first. */
export function announcement({ version, url, data, adminPassword }: Announcement): string {
  const rows = [
    ['docker login', `docker login ${new URL(url).host} --username admin`],
    ...(adminPassword === undefined
      ? []
      : [['password', `${adminPassword}   (of user admin, shown only this once)`]]),
    ['data', data],
  ];
  const lines = rows.map(([name = '', text = '']) => `    ${name.padEnd(14)}${text}`);
  return ['', `  Moorage ${version} serves at ${url}`, '', ...lines, '', ''].join('\n');
}
