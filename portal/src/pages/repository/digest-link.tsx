import { useTranslation } from 'react-i18next';
import { ArtifactLink } from '../../components/artifact-link.tsx';
import { CopyIcon } from '../../components/copy-icon.tsx';
import { shortDigest } from '../../components/digest.ts';

/** As much of a digest as tells it from others, and a button that copies all of it. */
export function DigestLink({ digest }: { digest: string }) {
  const { t } = useTranslation('repository');
  const label = t('copyDigest', { digest: shortDigest(digest) });
  return (
    <span className="digest">
      <ArtifactLink digest={digest}>
        <code>{shortDigest(digest).replace(/^sha256:/, '')}</code>
      </ArtifactLink>
      <CopyIcon label={t('commands.copyNamed', { label })} text={digest} />
    </span>
  );
}
