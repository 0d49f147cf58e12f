import { Group, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { regional } from '../../i18n/regional.ts';
import { useSystemInfo } from '../../api/use-api.ts';
import { Trouble } from '../../components/trouble.tsx';
import type { Scope } from './grants.ts';
import { type Level, type Offered, useOffered } from './level.ts';
import { RegistryScopes } from './registry-scopes.tsx';
import { ScopeEditor } from './scope-editor.tsx';
import { daysOf, endAfter } from './state.ts';

/** What is being written about a robot, but for its name. */
export interface Draft {
  readonly description: string;
  readonly expires: 'days' | 'never';
  readonly days: string;
  readonly scopes: readonly Scope[];
}

export function isComplete({ expires, days, scopes }: Draft): boolean {
  const granted = scopes.some((scope) => scope.granted.size + scope.denied.length > 0);
  return granted && (expires === 'never' || daysOf(days) !== undefined);
}

export const durationOf = ({ expires, days }: Draft): number =>
  expires === 'never' ? -1 : (daysOf(days) ?? 0);

interface RobotFieldsProps {
  readonly level: Level;
  readonly draft: Draft;
  /** From when its days are counted; undefined: from now. */
  readonly created?: Date;
  readonly onChange: (draft: Draft) => void;
}

export function RobotFields({ level, draft, created, onChange }: RobotFieldsProps) {
  const { t } = useTranslation('robots');
  const offered = useOffered(level);
  return (
    <>
      <Textarea
        label={t('form.description')}
        autosize={false}
        rows={2}
        maxLength={4096}
        value={draft.description}
        onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
      />
      <ExpiryFields draft={draft} onChange={onChange} {...(created && { created })} />
      {offered.error && <Trouble error={offered.error} retry={() => void offered.refetch()} />}
      {offered.data && <Scopes level={level} draft={draft} offered={offered.data} onChange={onChange} />}
    </>
  );
}

function ExpiryFields({ draft, created, onChange }: Omit<RobotFieldsProps, 'level'>) {
  const { t, i18n } = useTranslation('robots');
  const { robot_token_duration: usual } = useSystemInfo();
  const days = daysOf(draft.days);
  const end = days === undefined ? undefined : endAfter(days, created?.getTime() ?? Date.now());
  const said =
    end &&
    new Intl.DateTimeFormat(regional(i18n.language), { dateStyle: 'long' }).format(Math.min(+end, 8.64e15));
  return (
    <Group align="start" grow>
      <NativeSelect
        label={t('robots.expires')}
        value={draft.expires}
        data={[
          { value: 'days', label: t('form.afterDays') },
          { value: 'never', label: t('robots.never') },
        ]}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...draft, expires: value === 'never' ? 'never' : 'days' })
        }
      />
      {draft.expires === 'days' && (
        <TextInput
          label={created ? t('form.daysSince') : t('form.days')}
          inputMode="numeric"
          autoComplete="off"
          required
          value={draft.days}
          error={days === undefined && t('form.daysWrong')}
          description={[
            ...(said === undefined ? [] : [t('form.until', { date: said })]),
            ...(usual !== undefined && usual > 0 ? [t('form.usual', { count: usual })] : []),
          ].join(' ')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onChange={(event) => onChange({ ...draft, days: event.currentTarget.value })}
        />
      )}
    </Group>
  );
}

interface ScopesProps extends RobotFieldsProps {
  readonly offered: Offered;
}

function Scopes({ level, draft, offered, onChange }: ScopesProps) {
  const { t } = useTranslation('robots');
  const [first] = draft.scopes;
  if (level.project === undefined) {
    return (
      <RegistryScopes
        scopes={draft.scopes}
        offered={offered}
        onChange={(scopes) => onChange({ ...draft, scopes })}
      />
    );
  }
  return (
    first && (
      <ScopeEditor
        label={t('robots.permissions')}
        scope={first}
        offered={offered.project}
        onChange={(scope) => onChange({ ...draft, scopes: [scope] })}
      />
    )
  );
}
