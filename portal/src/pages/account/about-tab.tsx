import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useSystemInfo } from '../../api/use-api.ts';
import { Moment } from '../../components/moment.tsx';

export function AboutTab() {
  const { t } = useTranslation('account');
  const { harbor_version, external_url, auth_mode, current_time } = useSystemInfo();
  return (
    <div className="account-form">
      <dl className="facts">
        <dt>{t('about.version')}</dt>
        <dd>Moorage {MOORAGE_VERSION}</dd>
        {harbor_version !== undefined && (
          <>
            <dt>{t('about.api')}</dt>
            <dd>{harbor_version}</dd>
          </>
        )}
        <dt>{t('about.address')}</dt>
        <dd>{external_url ?? window.location.origin}</dd>
        <dt>{t('about.accounts')}</dt>
        <dd>{t(`about.mode.${modeOf(auth_mode)}`)}</dd>
        {current_time !== undefined && (
          <>
            <dt>{t('about.clock')}</dt>
            <dd>
              <Moment time={current_time} />
            </dd>
          </>
        )}
      </dl>
      <ul className="plain-list">
        <li>
          <Anchor href="/devcenter-api-2.0">{t('about.apiBrowser')}</Anchor>
        </li>
        <li>
          <Anchor href="/api/v2.0/openapi.json">OpenAPI</Anchor>
        </li>
        <li>
          <Anchor renderRoot={(props) => <Link {...props} to="/license" />}>{t('about.licence')}</Anchor>
        </li>
      </ul>
    </div>
  );
}

const modes = ['db_auth', 'ldap_auth', 'oidc_auth', 'http_auth'] as const;

const modeOf = (mode: string | undefined) => modes.find((one) => one === mode) ?? 'other';
