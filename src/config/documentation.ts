/** What a setting says about itself. Error messages, docs/settings.md and the sample file are written from it. */
export interface SettingDocumentation {
  group: string;
  description: string;
  /** Continues "it …" in an error message. */
  rule: string;
  /** Absent for passwords and keys: somebody would use it. */
  example?: string | number;
  default?: string | number;
  /** What happens without a value, where that is more than a default. */
  absent?: string;
  /** Never shown, or (a URL) shown without the secrets in it. May also be given by the variable plus `_FILE`. */
  secret?: 'whole' | 'url';
  /** A path: relative ones count from the working folder. */
  path?: true;
}

/** Keeps the compiler's eye on the words; TypeBox itself takes any. */
export const says = (documentation: SettingDocumentation) => documentation;
