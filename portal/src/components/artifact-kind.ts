import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** Types of artifacts that have a word for people; of all others Harbor's own is shown. */
export const kinds = ['IMAGE', 'CHART', 'CNAI', 'WASM', 'CNAB', 'SBOM', 'SIGNATURE'] as const;

/** What kind of thing an artifact is, in the reader's language. */
export function useKind(): (type: string | undefined) => string {
  const { t } = useTranslation();
  return useCallback(
    (type = '') => {
      const known = kinds.find((kind) => kind === type);
      return known ? t(`artifactKinds.${known}`) : type;
    },
    [t],
  );
}
