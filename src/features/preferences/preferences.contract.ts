import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { Maybe } from '#src/http/shapes.ts';

const oneOf = <const V extends string>(...values: V[]) => Type.Unsafe<V>({ type: 'string', enum: values });

/** Harbor's names of languages. */
const Language = Type.String({ pattern: '^[a-z]{2}-[a-z]{2}$' });
const ColorScheme = oneOf('auto', 'light', 'dark');
const DateFormat = oneOf('locale', 'iso-8601');
const TimeZone = oneOf('local', 'utc');
/** With which client pull commands are written. */
const PullClient = Type.String({ pattern: '^[a-z]{1,20}$' });
const PageSize = Type.Integer({ minimum: 1, maximum: 100 });
const names = (maxItems: number) => Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { maxItems });
const ProjectNames = names(100);
/** Whole names, project included. */
const RepositoryNames = names(200);

export const Preferences = Type.Object({
  language: Type.Optional(Language),
  color_scheme: Type.Optional(ColorScheme),
  date_format: Type.Optional(DateFormat),
  time_zone: Type.Optional(TimeZone),
  pull_client: Type.Optional(PullClient),
  page_size: Type.Optional(PageSize),
  /** Keys that act without Ctrl, Alt or ⌘. */
  shortcuts: Type.Optional(Type.Boolean()),
  starred_projects: Type.Optional(ProjectNames),
  starred_repositories: Type.Optional(RepositoryNames),
});
export type Preferences = Static<typeof Preferences>;

export const PreferencesReq = Type.Object({
  language: Maybe(Language),
  color_scheme: Maybe(ColorScheme),
  date_format: Maybe(DateFormat),
  time_zone: Maybe(TimeZone),
  pull_client: Maybe(PullClient),
  page_size: Maybe(PageSize),
  shortcuts: Maybe(Type.Boolean()),
  starred_projects: Maybe(ProjectNames),
  starred_repositories: Maybe(RepositoryNames),
});
export type PreferencesReq = Static<typeof PreferencesReq>;

const tag = 'user';

export const getPreferences = endpoint('GET /users/current/preferences', {
  id: 'getPreferences',
  tag,
  guard: 'login',
  summary: 'What the caller has chosen in the portal',
  reply: Preferences,
  failures: [412],
});

export const updatePreferences = endpoint('PUT /users/current/preferences', {
  id: 'updatePreferences',
  tag,
  guard: 'login',
  summary: 'Keeps what is given; null takes a choice away, and what is not named stays',
  body: PreferencesReq,
  reply: Preferences,
  failures: [412, 413],
});
