/** Writes docs/settings.md and docs/moorage.sample.yml. Run it after a change in src/config: a test compares. */
import { writeFileSync } from 'node:fs';
import { sampleConfig, settingsMarkdown } from '#src/config/document.ts';

writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsMarkdown());
writeFileSync(new URL('../docs/moorage.sample.yml', import.meta.url), sampleConfig());
