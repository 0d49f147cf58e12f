import { useTranslation } from 'react-i18next';
import type { HistoryEntry } from '../../../../src/features/tag-history/tag-history.contract.ts';
import { sinceWriter } from '../../components/since.ts';
import { shortDigest } from '../../components/digest.ts';

const operations = ['push', 'tag', 'copy', 'delete', 'retention', 'restore', 'rollback'] as const;

/** "grace moved latest from sha256:ab… to sha256:cd… 3 minutes ago by push". */
export function useSentence(): (entry: HistoryEntry) => string {
  const { t, i18n } = useTranslation('repository');
  return ({ username, tag_name: tag, before, after, operation, op_time }) => {
    const known = operations.find((one) => one === operation);
    const words = {
      who: username ?? t('history.somebody'),
      tag,
      from: before ? shortDigest(before.digest) : '',
      to: after ? shortDigest(after.digest) : '',
      when: sinceWriter(i18n.language)(new Date(op_time), new Date()),
      how: known ? t(`history.how.${known}`) : operation,
    };
    if (!after) return t('history.removed', words);
    return before ? t('history.moved', words) : t('history.created', words);
  };
}

/** Where the row leads back to: what the tag named after it, or, where it is still there, before it. */
export const targetOf = ({ before, after, current_digest }: HistoryEntry) =>
  after && after.digest !== current_digest ? after : before;
