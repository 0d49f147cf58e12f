export interface SignInSearch {
  readonly redirect_url?: string;
  readonly sign_up?: boolean;
}

/** Where to go after signing in is a path of this portal, never another host (`//host`, `/\host`). */
export function readSignInSearch(search: Record<string, unknown>): SignInSearch {
  const place = search['redirect_url'];
  const signUp = search['sign_up'];
  return {
    ...(typeof place === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(place) ? { redirect_url: place } : {}),
    ...(signUp === true || signUp === 'true' ? { sign_up: true } : {}),
  };
}
