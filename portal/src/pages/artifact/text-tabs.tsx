import { useTranslation } from 'react-i18next';
import { Commands } from '../../components/commands.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { Trouble } from '../../components/trouble.tsx';
import { useAddition } from './artifact-context.ts';

/** Markdown of more letters is shown as it is written: drawing it would keep the page busy for seconds. */
const mostMarkdown = 200_000;

export function ReadmeTab() {
  const { t } = useTranslation('artifact');
  const query = useAddition('readme.md');
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <p role="status">{t('table.loading')}</p>;
  const text = typeof query.data === 'string' ? query.data : '';
  if (text.trim() === '') return <div className="nothing">{t('text.none')}</div>;
  return text.length > mostMarkdown ? (
    <Source label={t('tabs.readme')} text={text} />
  ) : (
    <>
      {/* The headings of the text stand below one of the page. */}
      <h2 className="part">{t('tabs.readme')}</h2>
      <Markdown text={text} />
    </>
  );
}

export function TextTab({ addition }: { addition: 'values.yaml' | 'license' }) {
  const { t } = useTranslation('artifact');
  const query = useAddition(addition);
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <p role="status">{t('table.loading')}</p>;
  const text = typeof query.data === 'string' ? query.data : '';
  if (text.trim() === '') return <div className="nothing">{t('text.none')}</div>;
  return <Source label={addition} text={text} />;
}

export function ManifestTab() {
  const { t } = useTranslation('artifact');
  const query = useAddition('manifest');
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <p role="status">{t('table.loading')}</p>;
  return <Source label={t('tabs.manifest')} text={JSON.stringify(query.data, null, 2)} />;
}

function Source({ label, text }: { label: string; text: string }) {
  return (
    <div className="source">
      <Commands label={label} lines={[text]} />
    </div>
  );
}
