import { type Static, type TSchema, Type } from 'typebox';
import { type LiveName, type LiveSetting, liveSettings, type LiveValue } from '#src/config/live.ts';
import { endpoint } from '#src/http/endpoint.ts';
import { Maybe } from '#src/http/shapes.ts';

type Table = typeof liveSettings;
type Offered = { [N in LiveName]: Table[N] extends { readonly api: 'none' } ? never : N }[LiveName];
type Shown = { [N in Offered]: Table[N] extends { readonly type: 'password' } ? never : N }[Offered];

/** What a client may send: every setting that the API knows, each left out or null to keep it. */
export type ConfigurationsReq = { [N in Offered]?: LiveValue<N> | null };
/** What is shown: passwords are left out (G-70). */
export type ShownSettings = { [N in Shown]: ShownSetting<LiveValue<N>> };
export type ConfigurationsResponse = ShownSettings & Static<typeof Empty>;

/** Whose word it is: nobody's, that of the environment or the file at the start, or an administrator's. */
const sources = ['default', 'start', 'administrator'] as const;
interface ShownSetting<V> {
  value: V;
  editable: boolean;
  default: V;
  source: (typeof sources)[number];
}

/** Harbor's command line ends with a panic where one of these is missing. */
const Empty = Type.Object({
  /** Scanning will fill it. */
  scan_all_policy: Type.Optional(Type.Object({})),
  /** G-70: the value is empty, whatever is stored. */
  uaa_client_secret: Type.Optional(Type.Object({ value: Type.String(), editable: Type.Boolean() })),
});

const offered: readonly (readonly [string, LiveSetting])[] = Object.entries<LiveSetting>(liveSettings).filter(
  ([, { api }]) => api !== 'none',
);

/** Longer than any certificate or banner. */
const longest = 65_536;

const shapeOf = ({ type }: LiveSetting): TSchema => {
  if (type === 'bool') return Type.Boolean();
  if (type === 'int') return Type.Integer({ minimum: -9e15, maximum: 9e15 });
  return Type.String({ maxLength: longest });
};

const shapes = (shape: (setting: LiveSetting) => TSchema | undefined) =>
  Type.Object(
    Object.fromEntries(
      offered.flatMap(([name, setting]) => {
        const made = shape(setting);
        return made ? [[name, made]] : [];
      }),
    ),
  );

// Both are made from the table that their types are made from.
const Configurations = Type.Unsafe<ConfigurationsReq>(shapes((setting) => Maybe(shapeOf(setting))));
const Response = Type.Unsafe<ConfigurationsResponse>(
  Type.Object({
    ...shapes((setting) =>
      setting.type === 'password'
        ? undefined
        : Type.Optional(
            Type.Object({
              value: shapeOf(setting),
              editable: Type.Boolean(),
              default: shapeOf(setting),
              source: Type.String({ enum: [...sources] }),
            }),
          ),
    ).properties,
    ...Empty.properties,
  }),
);

const InternalConfigurations = Type.Record(
  Type.String(),
  Type.Object({ value: Type.Optional(Type.Unknown()), editable: Type.Optional(Type.Boolean()) }),
);
export type InternalConfigurations = Static<typeof InternalConfigurations>;

const tag = 'configure';

export const getConfigurations = endpoint('GET /configurations', {
  id: 'getConfigurations',
  tag,
  guard: { system: 'configuration:read' },
  reply: Response,
});

export const updateConfigurations = endpoint('PUT /configurations', {
  id: 'updateConfigurations',
  tag,
  guard: { system: 'configuration:update' },
  body: Configurations,
});

/** Harbor: with every secret, for Harbor's own parts, which know a secret of their own. There are no such parts here. */
export const getInternalconfig = endpoint('GET /internalconfig', {
  id: 'getInternalconfig',
  tag,
  guard: { service: 'nobody: it is for the other containers of Harbor, which do not exist here' },
  reply: InternalConfigurations,
});
