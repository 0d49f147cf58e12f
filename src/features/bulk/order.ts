import { Type } from 'typebox';

const literals = <const T extends readonly string[]>(values: T) =>
  Type.Unsafe<T[number]>({ type: 'string', enum: [...values] });

/** What a bulk job is told. */
export const Order = Type.Object({
  repository_id: Type.Integer(),
  project_id: Type.Integer(),
  action: literals(['delete', 'add_label', 'remove_label', 'restore']),
  target: literals(['tags', 'artifacts']),
  label_id: Type.Optional(Type.Integer()),
  /** In whose name. */
  caller: Type.Object({ kind: literals(['user', 'robot']), id: Type.Integer(), name: Type.String() }),
});
