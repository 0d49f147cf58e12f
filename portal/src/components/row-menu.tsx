import { Menu, Text } from '@mantine/core';
import { type Ref, type RefObject, use, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { inMain } from './in-main.ts';
import { ReadOnlyContext } from './read-only.ts';

export interface RowAction {
  readonly label: string;
  readonly onClick: () => void;
  readonly dangerous?: boolean;
  /** Why it cannot be done. It is shown all the same, and says so. */
  readonly refusal?: string | undefined;
}

interface RowMenuProps {
  readonly label: string;
  /** Asked for when the menu is opened: most never are. */
  readonly actions: () => readonly RowAction[];
}

/**
 * What can be done with a row, all of it writing, behind one button that is named after it. The menu is made when it is first opened:
 * those of 100 rows took a third of the time in which a page of them is drawn.
 */
export function RowMenu({ label, actions }: RowMenuProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState<boolean>();
  return (
    <>
      <button
        ref={button}
        type="button"
        className="row-button icon dots"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open === true}
        onClick={() => setOpen(!open)}
      />
      {open !== undefined && (
        <OpenMenu button={button} label={label} actions={actions()} open={open} onOpen={setOpen} />
      )}
    </>
  );
}

interface OpenMenuProps {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly label: string;
  readonly actions: readonly RowAction[];
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

function OpenMenu({ button, label, actions, open, onOpen }: OpenMenuProps) {
  // Mantine notes where the focus is to return when a menu that is there opens.
  const [there, setThere] = useState(false);
  useEffect(() => setThere(true), []);
  return (
    // The placeholder of the focus is no item of a menu; without it the first item has the focus.
    <Menu
      position="bottom-end"
      portalProps={inMain}
      withInitialFocusPlaceholder={false}
      opened={open && there}
      onChange={onOpen}
    >
      <Menu.Target>
        <At element={button} />
      </Menu.Target>
      {/* Mantine would name it after a button of its own. */}
      <Menu.Dropdown maw="20rem" aria-label={label} aria-labelledby={undefined}>
        {actions.map((action) => (
          <Item key={action.label} {...action} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Stands for an element that is there already. */
function At({ element, ref }: { element: RefObject<HTMLElement | null>; ref?: Ref<HTMLElement> }) {
  useLayoutEffect(() => {
    if (typeof ref === 'function') ref(element.current);
  }, [ref, element]);
  return null;
}

function Item({ label, onClick, dangerous = false, refusal }: RowAction) {
  const closed = use(ReadOnlyContext);
  const reason = refusal ?? closed;
  if (reason === undefined) {
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
        {reason}
      </Text>
    </Menu.Item>
  );
}
