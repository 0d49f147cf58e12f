import { Group, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listSearch } from '../../api/list-search.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { CollectionSummary } from './collection-summary.tsx';
import { RunDetails } from './run-details.tsx';
import { RunsList } from './runs-list.tsx';
import { ScheduleCard } from './schedule-card.tsx';
import { type Parameters, type Runs, useCollections, useStart } from './use-runs.ts';

const route = getRouteApi('/shell/harbor/clearing-job/gc');

export function GarbageCollectionTab() {
  const runs = useCollections();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return (
    <>
      <CollectionSummary />
      <div className="work-cards">
        <StartCard runs={runs} onStarted={(run) => change({ run, page: undefined })} />
        <ScheduleCard
          runs={runs}
          read={readOptions}
          write={(options) => ({ ...options, dry_run: false })}
          options={(options, set) => <OptionFields options={options} onChange={set} />}
        />
      </div>
      {search.run !== undefined && (
        <RunDetails key={search.run} runs={runs} id={search.run} onClose={() => change({ run: undefined })} />
      )}
      <RunsList runs={runs} search={search} onSearch={change} />
    </>
  );
}

interface Options {
  readonly delete_untagged: boolean;
  readonly workers: number;
}

const readOptions = ({ delete_untagged, workers }: Parameters): Options => ({
  delete_untagged: delete_untagged === true,
  workers: typeof workers === 'number' ? workers : 1,
});

function StartCard({ runs, onStarted }: { runs: Runs; onStarted: (id: number) => void }) {
  const { t } = useTranslation('clean-up');
  const [options, setOptions] = useState(() => readOptions({}));
  const start = useStart(runs, onStarted);
  const begin = (dry_run: boolean) => start.mutate({ ...options, dry_run });
  return (
    <section className="card" aria-label={t('gc.now')}>
      <h2>{t('gc.now')}</h2>
      <Stack gap="sm">
        <Text size="sm">{t('gc.nowHelp')}</Text>
        <OptionFields options={options} onChange={setOptions} />
        <FormTrouble error={start.error} />
        <Group gap="sm">
          <ActionButton loading={start.isPending} onClick={() => begin(false)}>
            {t('gc.start')}
          </ActionButton>
          <ActionButton variant="default" loading={start.isPending} onClick={() => begin(true)}>
            {t('runs.dryRun')}
          </ActionButton>
        </Group>
      </Stack>
    </section>
  );
}

interface OptionFieldsProps {
  readonly options: Options;
  readonly onChange: (options: Options) => void;
}

function OptionFields({ options, onChange }: OptionFieldsProps) {
  const { t } = useTranslation('clean-up');
  return (
    <>
      <Switch
        label={t('gc.untagged')}
        description={t('gc.untaggedHelp')}
        checked={options.delete_untagged}
        onChange={(event) => onChange({ ...options, delete_untagged: event.currentTarget.checked })}
      />
      <NumberInput
        label={t('gc.workers')}
        description={t('gc.workersHelp')}
        min={1}
        max={10}
        allowDecimal={false}
        clampBehavior="strict"
        value={options.workers}
        onChange={(workers) => onChange({ ...options, workers: Number(workers) || 1 })}
      />
    </>
  );
}
