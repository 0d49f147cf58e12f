import { ActionIcon } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type StarKind, useStar } from '../api/preferences.ts';

interface StarButtonProps {
  readonly kind: StarKind;
  /** Of a repository the whole one, project included. */
  readonly name: string;
}

/** Puts something on the start page. Nobody sees it but whoever did it. */
export function StarButton({ kind, name }: StarButtonProps) {
  const { t } = useTranslation();
  const { starred, toggle, error } = useStar(kind, name);
  if (starred === undefined) return null;
  return (
    <ActionIcon
      variant="subtle"
      color={starred ? 'yellow' : 'gray'}
      size="md"
      aria-pressed={starred}
      aria-label={t('star.named', { name })}
      title={error?.message ?? (starred ? t('star.remove') : t('star.add'))}
      // A refusal is in the title, and the star as it was.
      onClick={() => void toggle().catch(() => undefined)}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" className="star">
        <path
          d="M12 2.5l2.9 6.2 6.6.8-4.9 4.6 1.3 6.7L12 17.4l-5.9 3.4 1.3-6.7-4.9-4.6 6.6-.8z"
          fill={starred ? 'currentColor' : 'none'}
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinejoin="round"
        />
      </svg>
    </ActionIcon>
  );
}
