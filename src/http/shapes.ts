import { type Static, type TSchema, Type } from 'typebox';

/** Null beside what the schema allows. */
export function OrNull<S extends TSchema>(schema: S) {
  const { type } = schema as { type?: string };
  return Type.Unsafe<Static<S> | null>({ ...schema, type: [type, 'null'] });
}

/**
 * A member of a body that may be left out or be null: Go reads both as absent, and clients written for Harbor send
 * both.
 */
export function Maybe<S extends TSchema>(schema: S) {
  return Type.Optional(OrNull(schema));
}

/** Ids fit PostgreSQL's integer; anything larger is refused before it reaches the database. */
export const RowId = () => Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647 });

/** Always three fractional digits and Z, as `Date.toISOString` writes it. */
export const DateTime = () => Type.String({ format: 'date-time' });

/** Harbor writes an unset date of an object that is always present as the year 1. */
export const unsetDate = '0001-01-01T00:00:00.000Z';

/** What `filled` leaves: every member may be missing, none is null or undefined. */
export type Filled<T> = { [K in keyof T]?: NonNullable<T[K]> };

/**
 * Harbor's `absentWhen: empty` (wire.md section 15): members that are "", 0, false, null or undefined are left out
 * of the answer.
 */
export function filled<T extends object>(shape: T): Filled<T> {
  // Every row of every list passes here: made of lists of entries it takes four times as long.
  const kept: Partial<T> = {};
  for (const key in shape) if (shape[key]) kept[key] = shape[key];
  return kept as Filled<T>;
}

/** The start of every path below a project. */
export const ProjectParams = Type.Object({
  project_name_or_id: Type.String({ minLength: 1, maxLength: 255 }),
});
