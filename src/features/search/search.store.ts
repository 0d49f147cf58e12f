import { type SqlBool, sql } from 'kysely';
import type { Db } from '#src/database/pool.ts';
import { plannedByValue } from '#src/database/prepared.ts';
import { isVisible, type Visible } from '#src/features/projects/index.ts';
import { containing } from '#src/http/list.ts';

export interface FoundRepository {
  repository_id: number;
  repository_name: string;
  pull_count: number;
  project_id: number;
  project_name: string;
  project_public: boolean;
}

/** Those whose whole name holds the text, project included. */
export function findRepositories(
  db: Db,
  visible: Visible,
  text: string,
  limit: number,
): Promise<FoundRepository[]> {
  return (
    db
      .selectFrom('repository as r')
      .innerJoin('project as p', 'p.project_id', 'r.project_id')
      .select(['r.repository_id', 'r.name as repository_name', 'r.pull_count'])
      .select(['p.project_id', 'p.name as project_name', 'p.public as project_public'])
      // Names hold no capitals, and ILIKE takes five times as long.
      .where(sql<SqlBool>`${plannedByValue}r.name like ${containing(text.toLowerCase())}`)
      .where(isVisible(visible))
      .orderBy('r.name')
      .limit(limit)
      .execute()
  );
}
