import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RowSelection } from './use-selection.ts';

interface SelectionBarProps {
  readonly selection: RowSelection;
  /** Of all that match the filter. */
  readonly total: number;
  /** What can be done with the rows. */
  readonly children: ReactNode;
}

/** How many rows are selected, which is announced, and what can be done with them. Without one there is no bar. */
export function SelectionBar({ selection, total, children }: SelectionBarProps) {
  const { t, i18n } = useTranslation();
  const count = selection.count(total);
  const number = new Intl.NumberFormat(i18n.language);
  const shown = { selected: number.format(count), total: number.format(total) };
  return (
    <div className={count > 0 ? 'selection' : undefined}>
      <Text size="sm" role="status" component="span">
        {count > 0 && t('table.selected', shown)}
      </Text>
      {count > 0 && (
        <Group gap="xs">
          {selection.onPage === 'all' && count < total && (
            <Button size="compact-sm" variant="subtle" onClick={selection.selectAll}>
              {t('table.selectMatching', { total: shown.total })}
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" onClick={selection.clear}>
            {t('table.clearSelection')}
          </Button>
          {children}
        </Group>
      )}
    </div>
  );
}
