import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Context } from '#src/context.ts';
import type { Visible } from '#src/features/projects/index.ts';

export interface Numbers {
  readonly projects: number;
  readonly repositories: number;
}

export async function countProjects(
  ctx: Context,
  visible: Visible,
): Promise<{ public: Numbers; private: Numbers }> {
  return {
    public: await numbers(ctx, sql<SqlBool>`p.public`),
    private: await numbers(ctx, visible === 'all' ? sql<SqlBool>`not p.public` : ofThose(visible)),
  };
}

// Not isVisible, which asks for public ones as well: PostgreSQL would look at every project.
function ofThose(projects: readonly number[]): RawBuilder<SqlBool> {
  return sql<SqlBool>`not p.public and p.project_id = any(${[...projects]}::integer[])`;
}

async function numbers({ db, counts }: Context, which: RawBuilder<SqlBool>): Promise<Numbers> {
  const total = sql<number>`count(*)`.as('total');
  const projects = db.selectFrom('project as p').select(total).where(which);
  const repositories = db
    .selectFrom('repository as r')
    .select(total)
    .where(sql<SqlBool>`r.project_id in (select p.project_id from project p where ${which})`);
  return { projects: await counts.count(projects), repositories: await counts.count(repositories) };
}

/** Every blob once, wherever it is linked, also those that wait for garbage collection: what the disk holds. */
export function storedBytes({ db, counts }: Context): Promise<number> {
  return counts.count(db.selectFrom('blob').select(sql<number>`coalesce(sum(size), 0)::bigint`.as('total')));
}
