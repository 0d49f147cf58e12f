import { Button, NativeSelect, Skeleton, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import {
  Fragment,
  memo,
  type ReactNode,
  type RefObject,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { useTranslation } from 'react-i18next';
import type { Listed } from '../api/operations.ts';
import { type ListSearch, pageOf, pageSizes } from '../api/list-search.ts';
import { withName } from '../i18n/with-name.ts';
import { HeaderCell } from './header-cell.tsx';
import { useRowSlices } from './row-slices.ts';
import { Trouble } from './trouble.tsx';
import type { RowSelection } from './use-selection.ts';

export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  /** The key by which the server sorts. A column that it cannot sort has none, and shows no arrow. */
  readonly sort?: string;
  readonly numeric?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string | number;
  /** What a row that can be selected is called; its key, unless said otherwise. */
  readonly nameOf?: (row: Row) => string;
  readonly query: UseQueryResult<Listed<Row[]>>;
  readonly search: ListSearch;
  /** The order when the address names none, as the server takes it: it is shown, too. */
  readonly usual?: string;
  /** Puts the new state into the address. */
  readonly onSearch: (change: ListSearch) => void;
  /** Something narrows the list: an empty one then means "nothing matches". Its filter does, unless said otherwise. */
  readonly filtered?: boolean;
  readonly empty: ReactNode;
  /** Where a list has more filters than one, takes them all away. */
  readonly onClear?: () => void;
  /** Rows can be selected by their keys. */
  readonly selection?: RowSelection;
  /** What is shown below a row; its own cell says whether it is open. */
  readonly below?: (row: Row) => ReactNode;
}

/** A list as the server pages, sorts and filters it, with every state it can be in. Rows are plain HTML. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { query, search, columns, filtered = search.filter !== undefined, usual, onSearch } = props;
  const { t } = useTranslation();
  const caption = useId();
  const { rows, more } = useRowSlices(query.data?.items, props.keyOf);
  if (query.error && !query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (query.data?.total === 0 && !query.isPlaceholderData) {
    if (!filtered) return <div className="nothing">{props.empty}</div>;
    return (
      <div className="nothing">
        <Text mb="sm">{t('table.nothingMatches')}</Text>
        <Button
          variant="default"
          onClick={props.onClear ?? (() => onSearch({ filter: undefined, page: undefined }))}
        >
          {t('table.clearFilter')}
        </Button>
      </div>
    );
  }
  return (
    <>
      {query.error && <Trouble error={query.error} retry={() => void query.refetch()} />}
      <div
        className={query.isPlaceholderData ? 'table-frame stale' : 'table-frame'}
        tabIndex={0}
        role="region"
        aria-labelledby={caption}
      >
        <table aria-busy={query.isFetching || more}>
          <caption id={caption}>{props.caption}</caption>
          <thead>
            <tr>
              {props.selection && <SelectPage selection={props.selection} />}
              {columns.map((column) => (
                <HeaderCell key={column.id} {...column} {...{ search, usual, onSearch }} />
              ))}
            </tr>
          </thead>
          <tbody>
            {query.data ? (
              <Rows {...props} rows={rows} />
            ) : (
              <Waiting of={columns.length + (props.selection ? 1 : 0)} />
            )}
          </tbody>
        </table>
      </div>
      {query.data && (
        <Pages caption={props.caption} total={query.data.total} search={search} onSearch={onSearch} />
      )}
    </>
  );
}

function Rows<Row>(props: DataTableProps<Row> & { rows: Row[] }) {
  const { rows, columns, keyOf, nameOf = (row: Row) => String(keyOf(row)), selection, below } = props;
  const { t } = useTranslation();
  const select = useMemo(() => withName((name) => t('table.select', { name })), [t]);
  const latest = useRef(selection);
  useLayoutEffect(() => {
    latest.current = selection;
  });
  return rows.map((row) => {
    const key = keyOf(row);
    const more = below?.(row);
    return (
      <Fragment key={key}>
        <tr>
          {selection && (
            <SelectRow
              label={select(nameOf(row))}
              selection={latest}
              name={String(key)}
              checked={selection.has(String(key))}
            />
          )}
          <Cells row={row} columns={columns} />
        </tr>
        {more !== undefined && (
          <tr className="below">
            <td colSpan={columns.length + (selection ? 1 : 0)}>{more}</td>
          </tr>
        )}
      </Fragment>
    );
  });
}

interface CellsProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
}

/** Drawn again only when the row or the columns are others: neither a selected row nor an answer awaited changes 100. */
const Cells = memo(function Cells<Row>({ row, columns }: CellsProps<Row>) {
  return columns.map(({ id, numeric, cell }, index) =>
    index === 0 ? (
      <th key={id} scope="row">
        {cell(row)}
      </th>
    ) : (
      <td key={id} className={numeric ? 'numeric' : ''}>
        {cell(row)}
      </td>
    ),
  );
  // `memo` forgets the type parameter.
}) as <Row>(props: CellsProps<Row>) => ReactNode;

function SelectPage({ selection }: { selection: RowSelection }) {
  const { t } = useTranslation();
  return (
    <td className="select">
      <input
        type="checkbox"
        aria-label={t('table.selectPage')}
        checked={selection.onPage === 'all'}
        ref={(box) => {
          if (box) box.indeterminate = selection.onPage === 'some';
        }}
        onChange={selection.togglePage}
      />
    </td>
  );
}

interface SelectRowProps {
  readonly label: string;
  /** As it is when the row is clicked: the row itself need not be drawn again for every other one. */
  readonly selection: RefObject<RowSelection | undefined>;
  readonly name: string;
  readonly checked: boolean;
}

const SelectRow = memo(function SelectRow({ label, selection, name, checked }: SelectRowProps) {
  return (
    <td className="select">
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        onChange={({ nativeEvent }) =>
          selection.current?.toggle(name, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
        }
      />
    </td>
  );
});

/** As high as the rows that are coming, so that nothing jumps. */
function Waiting({ of: columns }: { of: number }) {
  return Array.from({ length: 5 }, (_, row) => (
    <tr key={row}>
      {Array.from({ length: columns }, (__, column) => (
        <td key={column}>
          <Skeleton height={16} width={column === 0 ? '60%' : '40%'} />
        </td>
      ))}
    </tr>
  ));
}

interface PagesProps {
  readonly caption: string;
  readonly total: number;
  readonly search: ListSearch;
  readonly onSearch: (change: ListSearch) => void;
}

function Pages({ caption, total, search, onSearch }: PagesProps) {
  const { t } = useTranslation();
  const { page, page_size } = pageOf(search);
  const last = Math.max(1, Math.ceil(total / page_size));
  const from = Math.min((page - 1) * page_size + 1, total);
  const beyond = page > last;
  const shown = beyond ? { from: 0, to: 0, total } : { from, to: Math.min(page * page_size, total), total };
  const turn = (to: number) => onSearch({ page: to === 1 ? undefined : to });
  return (
    <nav className="pages" aria-label={`${t('table.pages')}: ${caption}`}>
      <Text size="sm" role="status">
        {t('table.shown', shown)}
      </Text>
      {/* Its last row was deleted, or the address is an old one. */}
      {beyond && (
        <Button size="xs" onClick={() => turn(last)}>
          {t('table.last')}
        </Button>
      )}
      <NativeSelect
        size="xs"
        aria-label={t('table.pageSize')}
        value={String(page_size)}
        data={pageSizes.map((size) => ({ value: String(size), label: t('table.perPage', { size }) }))}
        onChange={(event) => onSearch({ page_size: Number(event.currentTarget.value), page: undefined })}
      />
      <Button size="xs" variant="default" disabled={page <= 1} onClick={() => turn(Math.min(page - 1, last))}>
        {t('table.previous')}
      </Button>
      <Button size="xs" variant="default" disabled={page >= last} onClick={() => turn(page + 1)}>
        {t('table.next')}
      </Button>
    </nav>
  );
}
