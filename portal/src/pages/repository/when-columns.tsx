import { Ago } from '../../components/ago.tsx';
import type { Column } from '../../components/data-table.tsx';
import type { RowTexts } from './row-texts.ts';

interface Timed {
  readonly push_time?: string;
  readonly pull_time?: string;
}

/** When it was pushed and pulled last. */
export const whenColumns = ({ t }: RowTexts): Column<Timed>[] => [
  {
    id: 'pushed',
    label: t('pushed'),
    sort: 'push_time',
    cell: ({ push_time }) => <Ago time={push_time} />,
  },
  {
    id: 'pulled',
    label: t('pulled'),
    sort: 'pull_time',
    cell: ({ pull_time }) => <Ago time={pull_time} />,
  },
];
