import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** Types of artifacts that have a word for people; of all others Harbor's own is shown. */
export const kinds = ['IMAGE', 'CHART', 'CNAI', 'WASM', 'CNAB', 'SBOM', 'SIGNATURE'] as const;

/** The same of what belongs to an artifact; the dots are Harbor's. */
const accessories = {
  'signature.cosign': 'cosign',
  'signature.notation': 'notation',
  'sbom.harbor': 'sbom',
  'accelerator.nydus': 'nydus',
  'subject.accessory': 'other',
} as const;

const isKnown = (type: string): type is keyof typeof accessories => Object.hasOwn(accessories, type);

/** What something is to the artifact that it belongs to. */
export function useAccessoryKind(): (type: string) => string {
  const { t } = useTranslation();
  return (type) => (isKnown(type) ? t(`accessoryKinds.${accessories[type]}`) : type);
}

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
