import type { TFunction } from 'i18next';
import type { Overview } from '../../../../src/features/overview/overview.contract.ts';
import { readableBytes } from '../../components/bytes.ts';
import type { Display } from '../../components/display.ts';
import { writtenTime } from '../../components/written-time.ts';
import { projectTab } from '../../places.ts';

export type { Overview };

interface Item {
  readonly key: string;
  readonly text: string;
  /** Where something can be done about it. */
  readonly place: string;
  /** It is broken already. */
  readonly severe: boolean;
}

interface Words {
  readonly t: TFunction<'home'>;
  readonly language: string;
  readonly display: Display;
}

/** In sentences, what is broken before what will be. */
export function attentionTo(overview: Overview, words: Words): Item[] {
  const items = [
    ...quotas(overview, words),
    ...robots(overview, words, Date.now()),
    ...runs(overview, words),
    ...webhooks(overview, words),
  ];
  return [...items.filter(({ severe }) => severe), ...items.filter(({ severe }) => !severe)];
}

const quotas = ({ quotas: full }: Overview, { t, language }: Words): Item[] =>
  full.map(({ project_id, project_name, used, hard }) => ({
    key: `quota ${project_id}`,
    text: t('attention.quota', {
      project: project_name,
      // Never 100 before nothing fits any more.
      percent: new Intl.NumberFormat(language, { style: 'percent' }).format(
        Math.floor((used / hard) * 100) / 100,
      ),
      limit: readableBytes(hard, language),
    }),
    place: projectTab(project_id, 'summary'),
    severe: used >= hard,
  }));

const robots = ({ robots: some }: Overview, { t, language, display }: Words, now: number): Item[] =>
  some.map(({ id, name, project_id, expires_at }) => {
    const end = new Date(expires_at * 1000);
    const over = end.getTime() <= now;
    const words = { robot: name, time: writtenTime(end, language, display) };
    return {
      key: `robot ${id}`,
      text: over ? t('attention.robotExpired', words) : t('attention.robotExpires', words),
      place: project_id === undefined ? '/harbor/robot-accounts' : projectTab(project_id, 'robot-account'),
      severe: over,
    };
  });

const kinds = {
  GARBAGE_COLLECTION: '/harbor/clearing-job/gc',
  PURGE_AUDIT_LOG: '/harbor/clearing-job/audit-log-purge',
} as const;

function runs({ executions }: Overview, { t, language, display }: Words): Item[] {
  return executions.map(({ id, vendor_type, project_id, project_name, start_time }) => {
    const time = writtenTime(new Date(start_time), language, display);
    const key = `execution ${id}`;
    if (project_id !== undefined) {
      const text = t('attention.retention', { project: project_name, time });
      return { key, text, place: projectTab(project_id, 'tag-strategy/tag-retention'), severe: true };
    }
    const kind = Object.keys(kinds).find((one): one is keyof typeof kinds => one === vendor_type);
    const text = kind
      ? t(`attention.run.${kind}`, { time })
      : t('attention.run.other', { kind: vendor_type, time });
    return { key, text, place: kind ? kinds[kind] : '/harbor/job-service-dashboard', severe: true };
  });
}

const webhooks = ({ webhooks: failing }: Overview, { t, language, display }: Words): Item[] =>
  failing.map(({ policy_id, policy_name, project_id, project_name, failures, failing_since }) => ({
    key: `webhook ${policy_id}`,
    text: t('attention.webhook', {
      policy: policy_name,
      project: project_name,
      count: failures,
      time: writtenTime(new Date(failing_since), language, display),
    }),
    place: projectTab(project_id, 'webhook'),
    severe: true,
  }));
