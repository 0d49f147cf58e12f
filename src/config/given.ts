import type { LiveName } from './live.ts';
import type { SettingName } from './settings.ts';

/** A value as somebody wrote it, and where. */
export interface Given {
  value: unknown;
  /** Begins an error message: `MOORAGE_PORT`, `port in moorage.yml`. */
  from: string;
}

export interface Source {
  values: Map<SettingName, Given>;
  /** Settings that administrators change while the registry runs. */
  live: Map<LiveName, Given>;
  warnings: string[];
  problems: string[];
}
