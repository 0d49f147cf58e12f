import { Kbd } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Dialog } from '../dialog.tsx';
import { useDisplay } from '../display.ts';
import { goKeys, linkAt } from '../shortcuts.ts';

const mac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Which keys do what; only those that do something for this person. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('palette');
  const { shortcuts } = useDisplay();
  const pages = goKeys.flatMap(([key, place]) => {
    const link = linkAt(place);
    return link ? [{ keys: ['g', key], does: link.label }] : [];
  });
  const single = [
    { keys: ['/'], does: t('shortcuts.filter') },
    { keys: ['?'], does: t('shortcuts.title') },
    { keys: ['j'], does: t('shortcuts.nextRow') },
    { keys: ['k'], does: t('shortcuts.previousRow') },
    { keys: ['x'], does: t('shortcuts.tick') },
    ...pages,
  ];
  const rows = [{ keys: [mac ? '⌘ K' : 'Ctrl K'], does: t('title') }, ...(shortcuts ? single : [])];
  return (
    <Dialog title={t('shortcuts.title')} onClose={onClose}>
      <table className="shortcuts">
        <thead>
          <tr>
            <th scope="col">{t('shortcuts.keys')}</th>
            <th scope="col">{t('shortcuts.does')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ keys, does }) => (
            <tr key={keys.join(' ')}>
              <td>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="palette-note">
        {shortcuts ? t('shortcuts.on') : t('shortcuts.off')}{' '}
        <Link to="/harbor/account/preferences" onClick={onClose}>
          {t('account.preferences')}
        </Link>
      </p>
    </Dialog>
  );
}
