import { useTranslation } from 'react-i18next';
import { readableBytes } from '../../components/bytes.ts';
import { Trouble } from '../../components/trouble.tsx';
import { useAddition } from './artifact-context.ts';
import { type FileNode, filesOf } from './content.ts';

/** The files of a model, in their folders. */
export function FilesTab() {
  const { t } = useTranslation('artifact');
  const query = useAddition('files');
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  if (query.isPending) return <p role="status">{t('table.loading')}</p>;
  const files = filesOf(query.data);
  if (files.length === 0) return <div className="nothing">{t('files.none')}</div>;
  return <Folder files={files} />;
}

function Folder({ files }: { files: readonly FileNode[] }) {
  const { i18n } = useTranslation();
  return (
    <ul className="files">
      {files.map(({ name, size, children }) => (
        <li key={name}>
          {size === undefined ? (
            <details open>
              <summary>
                <bdi>{name}/</bdi>
              </summary>
              <Folder files={children} />
            </details>
          ) : (
            <span className="file">
              <bdi>{name}</bdi> <span className="quiet">{readableBytes(size, i18n.language)}</span>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
