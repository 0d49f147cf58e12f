import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { Maybe, ProjectParams, RowId } from '#src/http/shapes.ts';

const text = (maxLength: number) => Maybe(Type.String({ maxLength }));

const SelectorReq = Type.Object({
  kind: text(64),
  decoration: text(64),
  // Longer ones are refused with the bound of patterns, in words.
  pattern: text(65_536),
  extras: text(4096),
});

const ImmutableRuleReq = Type.Object({
  // What clients send back as they read it; the path says which rule is meant.
  id: Maybe(RowId()),
  priority: Maybe(Type.Integer({ minimum: -9e15, maximum: 9e15 })),
  disabled: Maybe(Type.Boolean()),
  action: text(64),
  template: text(64),
  params: Maybe(Type.Record(Type.String(), Type.Unknown())),
  tag_selectors: Maybe(Type.Array(SelectorReq, { maxItems: 100 })),
  scope_selectors: Maybe(Type.Record(Type.String(), Type.Array(SelectorReq, { maxItems: 100 }))),
});
export type ImmutableRuleReq = Static<typeof ImmutableRuleReq>;

const ImmutableSelector = Type.Object({
  kind: Type.Optional(Type.String()),
  decoration: Type.Optional(Type.String()),
  pattern: Type.Optional(Type.String()),
  extras: Type.Optional(Type.String()),
});

export const ImmutableRule = Type.Object({
  id: Type.Optional(Type.Integer()),
  priority: Type.Optional(Type.Integer()),
  disabled: Type.Optional(Type.Boolean()),
  action: Type.Optional(Type.String()),
  template: Type.Optional(Type.String()),
  params: Type.Optional(Type.Record(Type.String(), Type.Object({}))),
  tag_selectors: Type.Array(ImmutableSelector),
  scope_selectors: Type.Optional(Type.Record(Type.String(), Type.Array(ImmutableSelector))),
});
export type ImmutableRule = Static<typeof ImmutableRule>;

const rules = '/projects/:project_name_or_id/immutabletagrules';
const tag = 'immutable';
const RuleParams = Type.Object({ ...ProjectParams.properties, immutable_rule_id: RowId() });

export const ListImmuRules = endpoint(`GET ${rules}`, {
  id: 'ListImmuRules',
  tag,
  guard: { project: 'immutable-tag:list' },
  list: true,
  params: ProjectParams,
  reply: Type.Array(ImmutableRule),
});

export const CreateImmuRule = endpoint(`POST ${rules}`, {
  id: 'CreateImmuRule',
  tag,
  guard: { project: 'immutable-tag:create' },
  params: ProjectParams,
  body: ImmutableRuleReq,
  status: 201,
  failures: [409],
});

export const UpdateImmuRule = endpoint(`PUT ${rules}/:immutable_rule_id`, {
  id: 'UpdateImmuRule',
  tag,
  guard: { project: 'immutable-tag:update' },
  params: RuleParams,
  body: ImmutableRuleReq,
  failures: [409],
});

export const DeleteImmuRule = endpoint(`DELETE ${rules}/:immutable_rule_id`, {
  id: 'DeleteImmuRule',
  tag,
  guard: { project: 'immutable-tag:delete' },
  params: RuleParams,
});
