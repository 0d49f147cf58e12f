import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { readableBytes } from './bytes.ts';

/** From here on somebody should look at it; webhooks say so a little later, at 85 %. */
const nearlyFull = 0.8;

interface QuotaBarProps {
  readonly label: string;
  readonly used: number;
  /** -1: no limit. */
  readonly hard: number;
}

/** How much of a limit is used, in words and as a bar. */
export function QuotaBar({ label, used, hard }: QuotaBarProps) {
  const { t, i18n } = useTranslation();
  const bytes = readableBytes(used, i18n.language);
  if (hard < 0) {
    return (
      <Text size="sm">
        {bytes},{' '}
        <Text span inherit c="dimmed">
          {t('project.unlimited')}
        </Text>
      </Text>
    );
  }
  const part = hard === 0 ? 1 : used / hard;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0 });
  const limit = readableBytes(hard, i18n.language);
  return (
    <>
      <Text size="sm" miw="11rem">
        {t('project.usedOf', { used: bytes, limit })} ({percent.format(part)})
      </Text>
      <Progress
        value={Math.min(100, part * 100)}
        color={part >= 1 ? 'red.9' : part >= nearlyFull ? 'orange.8' : 'sea'}
        aria-label={label}
        mt={4}
      />
    </>
  );
}
