import { useTranslation } from 'react-i18next';
import { CopyIcon } from '../../components/copy-icon.tsx';
import { ArtifactLink } from './artifact-link.tsx';

/** As much of a digest as tells it from others, and a button that copies all of it. */
export function DigestLink({ digest }: { digest: string }) {
  const { t } = useTranslation('repository');
  return (
    <span className="digest">
      <ArtifactLink digest={digest}>
        <code>{shortDigest(digest).replace(/^sha256:/, '')}</code>
      </ArtifactLink>
      <CopyIcon label={t('copyDigest', { digest: shortDigest(digest) })} text={digest} />
    </span>
  );
}

/** `sha256:0123456789ab` */
export const shortDigest = (digest: string): string => digest.slice(0, digest.indexOf(':') + 13);
