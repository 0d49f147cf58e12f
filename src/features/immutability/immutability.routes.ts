import { created, Listed, type Route, route } from '#src/http/endpoint.ts';
import { filled } from '#src/http/shapes.ts';
import * as api from './immutability.contract.ts';
import type { RuleRow } from './immutability.store.ts';
import * as rules from './immutability.ts';

export const immutabilityRoutes: readonly Route[] = [
  route(api.ListImmuRules, async (ctx, { project, page }) => {
    const { rows, total } = await rules.listRules(ctx, project, page);
    return new Listed(rows.map(present), total);
  }),

  route(api.CreateImmuRule, async (ctx, { project, body, path }) => {
    const id = await rules.createRule(ctx, project, body);
    return created(`${path.replace(/\/$/, '')}/${id}`);
  }),

  route(api.UpdateImmuRule, (ctx, { project, params, body }) =>
    rules.updateRule(ctx, project, params.immutable_rule_id, body),
  ),

  route(api.DeleteImmuRule, (ctx, { project, params }) =>
    rules.deleteRule(ctx, project, params.immutable_rule_id),
  ),
];

function present(row: RuleRow): api.ImmutableRule {
  const { id, disabled, tag_decoration, tag_pattern, tag_extras } = row;
  const kind = 'doublestar';
  return {
    ...filled({ id, disabled }),
    action: 'immutable',
    template: 'immutable_template',
    tag_selectors: [
      { ...filled({ kind, decoration: tag_decoration, pattern: tag_pattern, extras: tag_extras }) },
    ],
    scope_selectors: {
      repository: [{ kind, decoration: row.repository_decoration, pattern: row.repository_pattern }],
    },
  };
}
