import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2));
// Whatever a library left open must not keep a finished command alive; output is flushed first.
process.stdout.write('', () => process.exit());
