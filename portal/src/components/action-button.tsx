import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import { use } from 'react';
import { inMain } from './in-main.ts';
import { ReadOnlyContext } from './read-only.ts';

interface ActionButtonProps extends ButtonProps {
  readonly onClick: () => void;
  /** Why it cannot be done. It can still be reached by keyboard, and says so. */
  readonly refusal?: string | undefined;
  /** It changes nothing on the server, or is let through while the registry is read-only. */
  readonly harmless?: boolean;
  readonly 'aria-label'?: string;
}

/** What may not be done is shown all the same, and says why. */
export function ActionButton({ refusal, harmless = false, onClick, ...props }: ActionButtonProps) {
  const closed = use(ReadOnlyContext);
  const reason = refusal ?? (harmless ? undefined : closed);
  if (reason === undefined) return <Button {...props} onClick={onClick} />;
  return (
    <Tooltip
      label={reason}
      multiline
      maw={320}
      portalProps={inMain}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Button {...props} data-disabled aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}
