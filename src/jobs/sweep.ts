import { statement } from '#src/database/pool.ts';

/** Of the kind and policy of one execution ($1), the ended ones beyond the newest ($2), with tasks and logs. */
export const sweepExecutions = statement<never>(
  'sweep-executions',
  `delete from execution where id in (
     select o.id from execution e, lateral (
       select x.id, x.status from execution x where x.vendor_type = e.vendor_type and x.vendor_id = e.vendor_id
        order by x.id desc offset $2 limit 200) o
      where e.id = $1 and o.status <> 'Running')`,
);
