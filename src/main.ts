import { loadSettings } from '#src/config/load.ts';
import { serve } from '#src/processes/supervisor.ts';

process.exit(await serve(loadSettings()));
