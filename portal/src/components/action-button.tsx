import { Button, type ButtonProps, Tooltip } from '@mantine/core';

interface ActionButtonProps extends ButtonProps {
  readonly onClick: () => void;
  /** Why it cannot be done. It can still be reached by keyboard, and says so. */
  readonly refusal?: string | undefined;
  readonly 'aria-label'?: string;
}

/** What may not be done is shown all the same, and says why. */
export function ActionButton({ refusal, onClick, ...props }: ActionButtonProps) {
  if (refusal === undefined) return <Button {...props} onClick={onClick} />;
  return (
    <Tooltip label={refusal} multiline maw={320} events={{ hover: true, focus: true, touch: true }}>
      <Button {...props} data-disabled aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  );
}
