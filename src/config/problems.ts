/** Everything that is wrong with the settings, all at once, so that one correction is enough. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a setting is wrong' : `${problems.length} settings are wrong`;
    super(`${count}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}
