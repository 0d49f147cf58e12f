import { type Static, Type } from 'typebox';
import { endpoint } from '#src/http/endpoint.ts';
import { DateTime } from '#src/http/shapes.ts';

const ofProject = { project_id: Type.Integer(), project_name: Type.String() };
const optionalProject = {
  project_id: Type.Optional(Type.Integer()),
  project_name: Type.Optional(Type.String()),
};

const StarredProject = Type.Object({ ...ofProject, public: Type.Boolean(), update_time: DateTime() });
const StarredRepository = Type.Object({
  ...ofProject,
  repository_name: Type.String(),
  pull_count: Type.Integer(),
  update_time: DateTime(),
});

/** Bytes. */
const FullProject = Type.Object({ ...ofProject, used: Type.Integer(), hard: Type.Integer() });

const ExpiringRobot = Type.Object({
  id: Type.Integer(),
  /** As clients log in with it. */
  name: Type.String(),
  ...optionalProject,
  /** Seconds since 1970. */
  expires_at: Type.Integer(),
});

/** The latest run of something, and it failed. */
const FailedExecution = Type.Object({
  id: Type.Integer(),
  vendor_type: Type.String(),
  ...optionalProject,
  status_message: Type.String(),
  start_time: DateTime(),
});

const FailingWebhook = Type.Object({
  policy_id: Type.Integer(),
  policy_name: Type.String(),
  ...ofProject,
  failures: Type.Integer(),
  failing_since: DateTime(),
});

const Overview = Type.Object({
  starred: Type.Object({
    projects: Type.Array(StarredProject),
    repositories: Type.Array(StarredRepository),
  }),
  quotas: Type.Array(FullProject),
  robots: Type.Array(ExpiringRobot),
  executions: Type.Array(FailedExecution),
  webhooks: Type.Array(FailingWebhook),
});
export type Overview = Static<typeof Overview>;

export const getOverview = endpoint('GET /users/current/overview', {
  id: 'getOverview',
  tag: 'user',
  guard: 'login',
  summary:
    'What the caller has starred, and what needs attention in the projects that the caller has a role in: at most 20 of each kind',
  reply: Overview,
  failures: [412],
});
