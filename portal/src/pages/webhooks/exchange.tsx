import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { WebhookDelivery } from '../../../../src/features/webhooks/deliveries.contract.ts';
import { readableBytes } from '../../components/bytes.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { readable } from './webhook-draft.ts';

type Answer = NonNullable<WebhookDelivery['answer']>;

interface ExchangeProps {
  readonly request: WebhookDelivery['request'];
  /** Undefined: it has not been sent yet. */
  readonly answer: Answer | undefined;
}

/** What was sent, and what came back. Everything in it is text. */
export function Exchange({ request, answer }: ExchangeProps) {
  const { t } = useTranslation('webhooks');
  return (
    <div className="exchange">
      <h3>{t('exchange.answer')}</h3>
      {answer ? <AnswerLine answer={answer} /> : <Text size="sm">{t('exchange.notSent')}</Text>}
      <h3>{t('exchange.request')}</h3>
      <pre tabIndex={0} role="region" aria-label={t('exchange.request')}>
        {`${request.method} ${request.address}\n${headersOf(request.headers)}\n\n${readable(request.body)}`}
      </pre>
    </div>
  );
}

const headersOf = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

function AnswerLine({ answer }: { answer: Answer }) {
  const { t, i18n } = useTranslation('webhooks');
  const { status, bytes = 0, milliseconds, error } = answer;
  const taken = status !== undefined && status >= 200 && status < 300;
  const time = new Intl.NumberFormat(i18n.language).format(milliseconds);
  return (
    <Text size="sm" role="status">
      <StateMark tone={taken ? 'good' : 'bad'}>
        {status === undefined ? t('exchange.noAnswer') : t('exchange.status', { status })}
      </StateMark>{' '}
      {status === undefined
        ? t('exchange.failed', { error, time })
        : t('exchange.came', { size: readableBytes(bytes, i18n.language), time })}
    </Text>
  );
}
