import { Radio, Text } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { grantsOf, matrixOf, type Preset, presetOf, presetsOf, type Scope } from './grants.ts';

interface ScopeEditorProps {
  readonly label: string;
  readonly scope: Scope;
  readonly offered: readonly string[];
  readonly onChange: (scope: Scope) => void;
}

/** What a robot may do in one place: one of the usual sets, and below it each permission by itself. */
export function ScopeEditor({ label, scope, offered, onChange }: ScopeEditorProps) {
  const { t } = useTranslation('robots');
  const preset = presetOf(scope, offered) ?? 'own';
  const presets: readonly Preset[] = presetsOf[scope.kind];
  const choose = (value: string) => {
    const chosen = presets.find((one) => one === value);
    if (chosen) onChange({ ...scope, granted: grantsOf(chosen, offered) });
  };
  return (
    <div className="scope-editor">
      <Radio.Group label={label} value={preset} onChange={choose}>
        <div className="presets">
          {presets.map((one) => (
            <Radio key={one} value={one} label={t(`robots.presets.${one}`)} />
          ))}
          {preset === 'own' && <Radio value="own" label={t('form.own')} />}
        </div>
      </Radio.Group>
      <Text size="xs" c="dimmed" mt={4}>
        {preset === 'own' ? t('form.ownHelp') : t(`form.presetHelp.${preset}`)}
      </Text>
      <details>
        <summary>{t('form.oneByOne', { count: scope.granted.size })}</summary>
        <Matrix label={label} scope={scope} offered={offered} onChange={onChange} />
      </details>
      {scope.denied.length > 0 && (
        <Text size="xs" mt={4}>
          {t('form.denied', { list: scope.denied.join(', ') })}
        </Text>
      )}
    </div>
  );
}

function Matrix({ label, scope, offered, onChange }: ScopeEditorProps) {
  const { t } = useTranslation('robots');
  const caption = useId();
  const { resources, actions } = matrixOf(offered);
  const there = new Set(offered);
  const change = (key: string, on: boolean) => {
    const one = new Set([key]);
    onChange({ ...scope, granted: on ? scope.granted.union(one) : scope.granted.difference(one) });
  };
  return (
    <div className="table-frame matrix" tabIndex={0} role="region" aria-labelledby={caption}>
      <table>
        <caption id={caption}>{t('form.matrix', { label })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('form.resource')}</th>
            {actions.map((action) => (
              <th key={action} scope="col">
                {action}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {resources.map((resource) => (
            <tr key={resource}>
              <th scope="row">{resource}</th>
              {actions.map((action) => {
                const key = `${resource}:${action}`;
                return (
                  <td key={action}>
                    {there.has(key) && (
                      <input
                        type="checkbox"
                        aria-label={`${resource}: ${action}`}
                        checked={scope.granted.has(key)}
                        onChange={(event) => change(key, event.currentTarget.checked)}
                      />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
