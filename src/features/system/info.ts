import type { LiveSettings } from '#src/config/live.ts';
import { filled } from '#src/http/shapes.ts';
import type { GeneralInfo } from './system.contract.ts';

/** How people log in, for those who have not yet. */
export function openInfo(live: LiveSettings): GeneralInfo {
  const auth_mode = live.get('auth_mode');
  return {
    auth_mode,
    primary_auth_mode: live.get('primary_auth_mode'),
    self_registration: live.get('self_registration'),
    banner_message: live.get('banner_message'),
    oidc_provider_name: auth_mode === 'oidc_auth' ? live.get('oidc_name') : '',
    ...(auth_mode === 'http_auth' && { authproxy_settings: authproxy(live) }),
  };
}

function authproxy(live: LiveSettings) {
  return filled({
    endpoint: live.get('http_authproxy_endpoint'),
    // Harbor: spelled so.
    tokenreivew_endpoint: live.get('http_authproxy_tokenreview_endpoint'),
    skip_search: live.get('http_authproxy_skip_search'),
    verify_cert: live.get('http_authproxy_verify_cert'),
    server_certificate: live.get('http_authproxy_server_certificate'),
  });
}
