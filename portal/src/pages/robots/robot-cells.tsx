import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { Robot, RobotPermission } from '../../../../src/features/robots/robots.contract.ts';
import { Moment } from '../../components/moment.tsx';
import { presetOf, type Scope, scopesOf } from './grants.ts';
import type { Level, Offered } from './level.ts';
import { endOf, statesOf } from './state.ts';

/** Long ones break between their parts: `robot$`, `project+` and the rest. */
export function RobotName({ name }: { name: string }) {
  return name.split(/(?<=[$+])/).map((part, place) => (
    <Fragment key={place}>
      {part}
      <wbr />
    </Fragment>
  ));
}

/** Words and colour: neither says more than the other. */
export function States({ robot }: { robot: Robot }) {
  const { t } = useTranslation('robots');
  return (
    <span className="robot-states">
      {statesOf(robot, Date.now()).map((state) => (
        <span key={state.kind} className={`robot-state ${state.kind}`}>
          {state.kind === 'expiring'
            ? t('robots.expiring', { count: state.days })
            : t(`robots.states.${state.kind}`)}
        </span>
      ))}
    </span>
  );
}

export function Expiry({ robot }: { robot: Robot }) {
  const { t } = useTranslation('robots');
  const end = endOf(robot);
  return end ? <Moment time={end.toISOString()} /> : <>{t('robots.never')}</>;
}

const shown = 3;

interface PermissionsProps {
  readonly permissions: readonly RobotPermission[];
  readonly offered: Offered | undefined;
  readonly level: Level;
}

/** A line for each place; of many places the first ones. */
export function Permissions({ permissions, offered, level }: PermissionsProps) {
  const { t } = useTranslation('robots');
  const scopes = scopesOf(permissions);
  const rest = scopes.length - shown;
  return (
    <ul className="robot-permissions">
      {scopes.slice(0, shown).map((scope) => (
        <li key={`${scope.kind} ${scope.namespace}`}>
          {level.project === undefined && (
            <>
              <Place scope={scope} />
              {': '}
            </>
          )}
          <Held scope={scope} offered={offered} />
        </li>
      ))}
      {rest > 0 && <li>{t('robots.morePlaces', { count: rest })}</li>}
    </ul>
  );
}

function Place({ scope: { kind, namespace } }: { scope: Scope }) {
  const { t } = useTranslation('robots');
  if (kind === 'system') return <>{t('robots.system')}</>;
  return <>{namespace === '*' ? t('robots.everyProject') : namespace}</>;
}

function Held({ scope, offered }: { scope: Scope; offered: Offered | undefined }) {
  const { t } = useTranslation('robots');
  const preset = presetOf(scope, offered?.[scope.kind] ?? []);
  const denied = scope.denied.length > 0 ? ` ${t('robots.denials', { count: scope.denied.length })}` : '';
  return (
    <>
      {preset ? t(`robots.presets.${preset}`) : t('robots.count', { count: scope.granted.size })}
      {denied}
    </>
  );
}
