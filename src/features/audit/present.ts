import { filled } from '#src/http/shapes.ts';
import type * as api from './audit.contract.ts';
import type { AuditRow } from './audit.store.ts';
import { describe } from './describe.ts';

export function present({
  id,
  username,
  resource,
  resource_type,
  operation,
  op_time,
}: AuditRow): api.AuditLog {
  return {
    ...filled({ id, username, resource, resource_type, operation }),
    op_time: op_time.toISOString(),
  };
}

export function presentExt(row: AuditRow): api.AuditLogExt {
  return {
    ...present(row),
    operation_description: describe(row),
    operation_result: row.operation_result,
  };
}
