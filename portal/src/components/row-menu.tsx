import { ActionIcon, Menu, Text } from '@mantine/core';
import { inMain } from './in-main.ts';

export interface RowAction {
  readonly label: string;
  readonly onClick: () => void;
  readonly dangerous?: boolean;
  /** Why it cannot be done. It is shown all the same, and says so. */
  readonly refusal?: string | undefined;
}

/** What can be done with a row, behind one button that is named after it. */
export function RowMenu({ label, actions }: { label: string; actions: readonly RowAction[] }) {
  return (
    // The placeholder of the focus is no item of a menu; without it the first item has the focus.
    <Menu position="bottom-end" portalProps={inMain} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon size="sm" variant="default" aria-label={label} title={label}>
          <svg width="14" height="14" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
            <circle cx="3" cy="8" r="1.5" />
            <circle cx="8" cy="8" r="1.5" />
            <circle cx="13" cy="8" r="1.5" />
          </svg>
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown maw="20rem">
        {actions.map((action) => (
          <Item key={action.label} {...action} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Item({ label, onClick, dangerous = false, refusal }: RowAction) {
  if (refusal === undefined) {
    return (
      <Menu.Item onClick={onClick} {...(dangerous ? { c: 'var(--mantine-color-error)' } : {})}>
        {label}
      </Menu.Item>
    );
  }
  return (
    <Menu.Item aria-disabled closeMenuOnClick={false}>
      <Text component="span" display="block" size="sm" c="dimmed">
        {label}
      </Text>
      <Text component="span" display="block" size="xs" c="dimmed">
        {refusal}
      </Text>
    </Menu.Item>
  );
}
