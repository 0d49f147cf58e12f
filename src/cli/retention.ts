import { Failure } from '#src/failures.ts';
import { findPolicyOf, type PreviewedArtifact, previewEach } from '#src/features/retention/index.ts';
import { type Command, exitCodes, UsageError } from './command.ts';
import { connected } from './connected.ts';
import { progressBar } from './progress.ts';

export const retentionPreview: Command = {
  name: 'retention preview',
  summary: 'what the retention policy of a project would delete now',
  help: [
    'Says of every artifact that the retention policy of a project decides about whether a run would delete it now, and',
    'what keeps it. Nothing is changed.',
    '',
    '  --project NAME     the project',
    '  --repository NAME  only this repository, named without the project',
    '  --deleted          only what would be deleted',
    '  --json             one JSON object per artifact and one at the end',
  ].join('\n'),
  options: {
    project: { type: 'string' },
    repository: { type: 'string' },
    deleted: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(call) {
    const { project, repository, deleted, json } = call.values;
    if (typeof project !== 'string') throw new UsageError('--project names the project');
    return connected(call, async ({ ctx, interrupted }) => {
      const policy = await findPolicyOf(ctx.db, project);
      if (!policy) throw new Failure('NOT_FOUND', `project ${project} has no retention policy`);
      const only = typeof repository === 'string' ? repository : undefined;
      const count = { total: 0, retained: 0 };
      const bar = progressBar();
      try {
        for await (const one of previewEach({ ...ctx, signal: interrupted }, policy, only)) {
          count.total += 1;
          if (one.retained) count.retained += 1;
          if (!one.retained || deleted !== true) {
            bar.clear();
            process.stdout.write(`${json === true ? JSON.stringify(one) : lineOf(one)}\n`);
          }
          bar.busy(`${count.total} artifacts, ${count.retained} kept`);
        }
      } finally {
        bar.clear();
      }
      const gone = count.total - count.retained;
      const summary = `${count.total} artifacts: ${count.retained} kept, ${gone} would be deleted`;
      process.stdout.write(`${json === true ? JSON.stringify({ ...count, deleted: gone }) : summary}\n`);
      return exitCodes.done;
    });
  },
};

function lineOf({ repository, digest, tags, retained, reason }: PreviewedArtifact): string {
  const names = tags.length === 0 ? '(untagged)' : tags.slice(0, 5).join(', ');
  const more = tags.length > 5 ? ` and ${tags.length - 5} more` : '';
  return `${retained ? 'keep  ' : 'delete'} ${repository}@${digest.slice(0, 19)} ${names}${more}: ${reason}`;
}
