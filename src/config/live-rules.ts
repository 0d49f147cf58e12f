/** Which values a live setting takes. */
export interface Rule<V> {
  fits(value: V): boolean;
  /** Continues "it …" in an error message. */
  readonly says: string;
}

export const oneOf = (...values: string[]): Rule<string> => ({
  fits: (value) => values.includes(value),
  says: `must be one of ${values.join(', ')}`,
});

export const between = (least: number, most: number): Rule<number> => ({
  fits: (value) => Number.isInteger(value) && value >= least && value <= most,
  says: `must be a whole number from ${least} to ${most}`,
});

/** Minutes or days: Harbor's largest number of them. */
export const span = between(1, 9_999_999_999);

export const filled: Rule<string> = {
  fits: (value) => value.trim() !== '',
  says: 'must not be blank',
};

export const mapOfTexts: Rule<string> = {
  fits: isMapOfTexts,
  says: 'must be a JSON object whose values are strings',
};

export const endpoint: Rule<string> = {
  fits: (value) => value === '' || parseEndpoint(value) !== undefined,
  says: 'must be host:port, perhaps with tcp://, udp:// or tls:// before it, or empty',
};

export interface Endpoint {
  readonly protocol: 'tcp' | 'udp' | 'tls';
  readonly host: string;
  readonly port: number;
}

/** Harbor's `host:port` is TCP; the host may be an IPv6 address in brackets. Undefined when it is none. */
export function parseEndpoint(value: string): Endpoint | undefined {
  const [, protocol, plain, bracketed, digits] =
    /^(?:(tcp|udp|tls):\/\/)?(?:([A-Za-z0-9_.-]{1,255})|\[([0-9A-Fa-f:.]{2,45})\]):(\d{1,5})$/.exec(value) ??
    [];
  const host = plain ?? bracketed;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined;
  // The expression lets no other protocol through.
  return { protocol: (protocol ?? 'tcp') as Endpoint['protocol'], host, port };
}

function isMapOfTexts(value: string): boolean {
  try {
    const map: unknown = JSON.parse(value);
    return (
      typeof map === 'object' &&
      map !== null &&
      !Array.isArray(map) &&
      Object.values(map).every((one) => typeof one === 'string')
    );
  } catch {
    return false;
  }
}
