import { useId } from 'react';
import type { Column } from './data-table.tsx';

interface ShortListProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string | number;
  readonly rows: readonly Row[];
  readonly busy?: boolean;
}

/** A list that the server gives whole: it has no pages, and no order but its own. */
export function ShortList<Row>({ caption, columns, keyOf, rows, busy = false }: ShortListProps<Row>) {
  const id = useId();
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-labelledby={id}>
      <table aria-busy={busy}>
        <caption id={id}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={column.numeric ? 'numeric' : ''}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) =>
                index === 0 ? (
                  <th key={column.id} scope="row">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.id} className={column.numeric ? 'numeric' : ''}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
