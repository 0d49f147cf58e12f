import type { Database } from '#src/database/pool.ts';
import type { Route } from '#src/http/endpoint.ts';
import type { Listener } from '#src/events/relay.ts';
import type { CarriedOut, Scheduled } from '#src/jobs/job.ts';
import { additionRoutes } from './additions/additions.routes.ts';
import { apiDocumentRoutes } from './api-document/api-document.routes.ts';
import { artifactRoutes } from './artifacts/artifacts.routes.ts';
import { artifactChangeRoutes } from './artifacts/changes.routes.ts';
import { auditRoutes } from './audit/audit.routes.ts';
import { type BulkParts, carryOutBulk } from './bulk/bulk.job.ts';
import { bulkRoutes } from './bulk/bulk.routes.ts';
import type { ConfigurationParts } from './configuration/index.ts';
import { configurationRoutes } from './configuration/configuration.routes.ts';
import { carryOutCollection } from './gc/gc.job.ts';
import { collectionRoutes } from './gc/gc.routes.ts';
import { type CollectionParts, collectionSchedule } from './gc/index.ts';
import { groupRoutes } from './groups/groups.routes.ts';
import { immutabilityRoutes } from './immutability/immutability.routes.ts';
import { internalRoutes } from './internal/internal.routes.ts';
import { jobAdminRoutes } from './job-admin/job-admin.routes.ts';
import { labelRoutes } from './labels/labels.routes.ts';
import { laterRoutes, noneYetRoutes } from './later/later.routes.ts';
import { memberRoutes } from './members/members.routes.ts';
import { metadataRoutes } from './projects/metadata.routes.ts';
import { projectRoutes } from './projects/projects.routes.ts';
import { purgeSchedule } from './purge/index.ts';
import { carryOutPurge } from './purge/purge.job.ts';
import { purgeRoutes } from './purge/purge.routes.ts';
import { overviewRoutes } from './overview/overview.routes.ts';
import { preferenceRoutes } from './preferences/preferences.routes.ts';
import { repositoryRoutes } from './repositories/repositories.routes.ts';
import { quotaRoutes } from './quotas/quotas.routes.ts';
import { carryOutRetention, scheduledRetention } from './retention/index.ts';
import { retentionRoutes } from './retention/retention.routes.ts';
import { projectRobotRoutes } from './robots/project-robots.routes.ts';
import { robotRoutes } from './robots/robots.routes.ts';
import type { SessionParts } from './sessions/index.ts';
import { sessionRoutes } from './sessions/sessions.routes.ts';
import { searchRoutes } from './search/search.routes.ts';
import { statisticRoutes } from './statistics/statistics.routes.ts';
import { systemRoutes, type SystemParts } from './system/system.routes.ts';
import { tagHistoryRoutes } from './tag-history/tag-history.routes.ts';
import { tagRoutes } from './tags/tags.routes.ts';
import { userRoutes } from './users/users.routes.ts';
import { announceEvents, type WebhookParts } from './webhooks/index.ts';
import { carryOutWebhooks } from './webhooks/webhooks.job.ts';
import { webhookRoutes } from './webhooks/webhooks.routes.ts';

/** What the features need from the rest of the program; app.ts gives it. */
export type FeatureParts = BulkParts &
  SystemParts &
  CollectionParts &
  ConfigurationParts &
  SessionParts &
  WebhookParts;

/** Every path of the API: the operations, their document, and those that say that their feature is not here yet. */
export function createRoutes(parts: FeatureParts): readonly Route[] {
  const routes = operations(parts);
  return [...routes, ...apiDocumentRoutes(routes, parts.version), ...laterRoutes];
}

/** A feature is removed with its folder and its two lines here. */
function operations(parts: FeatureParts): readonly Route[] {
  return [
    ...projectRoutes,
    ...auditRoutes,
    ...metadataRoutes,
    ...quotaRoutes,
    ...searchRoutes,
    ...statisticRoutes,
    ...repositoryRoutes(parts),
    ...artifactRoutes(parts),
    ...artifactChangeRoutes(parts),
    ...additionRoutes(parts),
    ...tagRoutes(parts),
    ...tagHistoryRoutes(parts),
    ...bulkRoutes(),
    ...immutabilityRoutes,
    ...retentionRoutes,
    ...memberRoutes,
    ...groupRoutes,
    ...labelRoutes,
    ...userRoutes,
    ...overviewRoutes,
    ...preferenceRoutes,
    ...sessionRoutes(parts),
    ...robotRoutes,
    ...projectRobotRoutes,
    ...configurationRoutes(parts),
    ...systemRoutes(parts),
    ...collectionRoutes,
    ...purgeRoutes,
    ...noneYetRoutes,
    ...webhookRoutes(parts),
    ...jobAdminRoutes(),
    ...internalRoutes,
  ];
}

/** What runs in the background, and what schedules start. */
export function createJobs(parts: FeatureParts & { readonly database: Database }): {
  readonly jobs: readonly CarriedOut[];
  readonly schedules: readonly Scheduled[];
} {
  return {
    jobs: [
      carryOutCollection(parts),
      carryOutPurge,
      carryOutRetention(parts),
      carryOutBulk(parts),
      ...carryOutWebhooks(parts),
    ],
    schedules: [collectionSchedule, purgeSchedule, scheduledRetention],
  };
}

/** Who is handed what happened (src/events). */
export function createListeners(parts: FeatureParts): Readonly<Record<string, Listener>> {
  return { webhook: announceEvents(parts) };
}
