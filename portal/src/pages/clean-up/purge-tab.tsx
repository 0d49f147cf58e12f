import { Checkbox, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listSearch } from '../../api/list-search.ts';
import { ActionButton } from '../../components/action-button.tsx';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { FormTrouble } from '../../components/trouble.tsx';
import { RunDetails } from './run-details.tsx';
import { RunsList } from './runs-list.tsx';
import { ScheduleCard } from './schedule-card.tsx';
import { type Parameters, type Runs, usePurges, useStart } from './use-runs.ts';

const route = getRouteApi('/shell/harbor/clearing-job/audit-log-purge');

export function AuditPurgeTab() {
  const { t } = useTranslation('clean-up');
  const runs = usePurges();
  const { search, change } = listSearch(route.useSearch(), route.useNavigate());
  return (
    <>
      <Text my="sm">{t('purge.about')}</Text>
      <div className="work-cards">
        <StartCard runs={runs} onStarted={(run) => change({ run, page: undefined })} />
        <ScheduleCard
          runs={runs}
          read={readOptions}
          write={(options) => ({ ...written(options), dry_run: false })}
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

/** Harbor's groups of operations; the last is everything that is not about artifacts. */
const groups = ['create_artifact', 'delete_artifact', 'pull_artifact', 'other'] as const;
type Group = (typeof groups)[number];
const isGroup = (type: string): type is Group => groups.some((one) => one === type);

interface Options {
  readonly hours: number;
  readonly types: readonly string[];
}

const usualHours = 90 * 24;

function readOptions({ audit_retention_hour, include_event_types }: Parameters): Options {
  return {
    hours: typeof audit_retention_hour === 'number' ? audit_retention_hour : usualHours,
    types: typeof include_event_types === 'string' ? include_event_types.split(',').filter(Boolean) : groups,
  };
}

const written = ({ hours, types }: Options) => ({
  audit_retention_hour: hours,
  include_event_types: types.join(','),
});

function StartCard({ runs, onStarted }: { runs: Runs; onStarted: (id: number) => void }) {
  const { t } = useTranslation('clean-up');
  const [options, setOptions] = useState(() => readOptions({}));
  const start = useStart(runs, onStarted);
  const [asking, setAsking] = useState(false);
  const refusal = options.types.length === 0 ? t('purge.nothingChosen') : undefined;
  return (
    <section className="card" aria-label={t('purge.now')}>
      <h2>{t('purge.now')}</h2>
      <Stack gap="sm">
        <OptionFields options={options} onChange={setOptions} />
        {!asking && <FormTrouble error={start.error} />}
        <Group gap="sm">
          <ActionButton loading={start.isPending} refusal={refusal} onClick={() => setAsking(true)}>
            {t('purge.start')}
          </ActionButton>
          <ActionButton
            variant="default"
            loading={start.isPending}
            refusal={refusal}
            onClick={() => start.mutate({ ...written(options), dry_run: true })}
          >
            {t('runs.dryRun')}
          </ActionButton>
        </Group>
      </Stack>
      {asking && (
        <ConfirmDialog
          title={t('purge.now')}
          text={t('purge.forEver')}
          action={t('purge.start')}
          pending={start.isPending}
          error={start.error}
          onClose={() => setAsking(false)}
          onConfirm={() =>
            start.mutate({ ...written(options), dry_run: false }, { onSuccess: () => setAsking(false) })
          }
        />
      )}
    </section>
  );
}

interface OptionFieldsProps {
  readonly options: Options;
  readonly onChange: (options: Options) => void;
}

function OptionFields({ options, onChange }: OptionFieldsProps) {
  const { t } = useTranslation('clean-up');
  const [unit, setUnit] = useState(options.hours % 24 === 0 ? 24 : 1);
  const { types } = options;
  // Single events that a script has set stay until somebody takes them away.
  const shown = [...new Set<string>([...groups, ...types])];
  const turn = (type: string, on: boolean) =>
    onChange({ ...options, types: shown.filter((one) => (one === type ? on : types.includes(one))) });
  return (
    <>
      <Group align="end" gap="sm">
        <NumberInput
          label={t('purge.olderThan')}
          min={0}
          allowDecimal={false}
          hideControls
          value={options.hours / unit}
          onChange={(amount) => onChange({ ...options, hours: (Number(amount) || 0) * unit })}
        />
        <NativeSelect
          aria-label={t('purge.unit')}
          value={String(unit)}
          data={[
            { value: '1', label: t('purge.hours') },
            { value: '24', label: t('purge.days') },
          ]}
          onChange={({ currentTarget }) => {
            const next = Number(currentTarget.value);
            setUnit(next);
            onChange({ ...options, hours: (options.hours / unit) * next });
          }}
        />
      </Group>
      <Checkbox.Group label={t('purge.which')} description={t('purge.whichHelp')} value={[...types]}>
        <Stack gap="xs" mt="xs">
          {shown.map((type) => (
            <Checkbox
              key={type}
              value={type}
              label={isGroup(type) ? t(`purge.groups.${type}`) : type}
              onChange={(event) => turn(type, event.currentTarget.checked)}
            />
          ))}
        </Stack>
      </Checkbox.Group>
    </>
  );
}
