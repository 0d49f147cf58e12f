import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime, Maybe, RowId } from '#src/http/shapes.ts';

/** By resource; `storage` is the only one. */
const ResourceList = Type.Record(Type.String(), Type.Integer());

export const Quota = Type.Object({
  id: Type.Optional(Type.Integer()),
  /** The project that it limits. */
  ref: Type.Optional(
    Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      owner_name: Type.String(),
    }),
  ),
  hard: ResourceList,
  used: ResourceList,
  creation_time: DateTime(),
  update_time: DateTime(),
});
export type Quota = Static<typeof Quota>;

const QuotaUpdateReq = Type.Object({
  hard: Maybe(Type.Record(Type.String({ maxLength: 64 }), Type.Integer({ minimum: -9e15, maximum: 9e15 }))),
});

const QuotaParams = Type.Object({ id: RowId() });

const tag = 'quota';

export const listQuotas = endpoint('GET /quotas', {
  id: 'listQuotas',
  tag,
  guard: { system: 'quota:list' },
  list: true,
  query: Type.Object({
    reference: Type.Optional(Type.String({ maxLength: 255 })),
    reference_id: Type.Optional(Type.String({ maxLength: 255 })),
  }),
  reply: Type.Array(Quota),
});

export const getQuota = endpoint('GET /quotas/:id', {
  id: 'getQuota',
  tag,
  guard: { system: 'quota:read' },
  params: QuotaParams,
  reply: Quota,
});

export const updateQuota = endpoint('PUT /quotas/:id', {
  id: 'updateQuota',
  tag,
  guard: { system: 'quota:update' },
  params: QuotaParams,
  body: QuotaUpdateReq,
});
