import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';

const tag = 'session';

export const LoginForm = Type.Object({
  principal: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
});
export type LoginForm = Static<typeof LoginForm>;

export const UserExistsForm = Type.Object({
  /** Harbor: `username` or `email`. */
  target: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
});

// Harbor: the portal's forms, beside the API; a 401 has no body.
export const logIn = endpoint('POST /c/login', {
  id: 'login',
  tag,
  guard: 'open',
  form: true,
  body: LoginForm,
  failures: [401, 403],
});

export const logOut = endpoint('GET /c/log_out', { id: 'logout', tag, guard: 'open' });

export const userExists = endpoint('POST /c/userExists', {
  id: 'userExists',
  tag,
  guard: { service: 'system administrators, and anybody while self_registration is on' },
  form: true,
  body: UserExistsForm,
  reply: Type.Boolean(),
  failures: [412],
});
