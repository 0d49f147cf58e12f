import { useTranslation } from 'react-i18next';
import { ArtifactLink } from '../../components/artifact-link.tsx';
import { CopyIcon } from '../../components/copy-icon.tsx';
import { shortDigest } from '../../components/digest.ts';

/** As much of a digest as tells it from others, and a button that copies all of it. */
export function DigestLink({ digest }: { digest: string }) {
  const { t } = useTranslation('repository');
  const label = t('copyDigest', { digest: shortDigest(digest) });
  return <DigestCell digest={digest} copy={t('commands.copyNamed', { label })} />;
}

/** The same with the name of its button, for the rows of a list. */
export function DigestCell({ digest, copy }: { digest: string; copy: string }) {
  return (
    <span className="digest">
      <ArtifactLink digest={digest}>
        <code>{shortDigest(digest).replace(/^sha256:/, '')}</code>
      </ArtifactLink>
      <CopyIcon label={copy} text={digest} />
    </span>
  );
}
