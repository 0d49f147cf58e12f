interface ShownLink {
  readonly label: string;
  readonly place: string;
}

/**
 * The links in a part of the page as they stand there, so that whoever adds a page to the navigation, or a tab to a
 * project, has told the palette and the shortcuts of it too, and nobody is offered what is not shown to them.
 */
export function linksOf(part: 'nav.navigation' | 'nav.tabs'): ShownLink[] {
  return [...document.querySelectorAll<HTMLAnchorElement>(`${part} a[href^="/"]`)].map((link) => ({
    label: link.textContent,
    place: link.getAttribute('href') ?? '',
  }));
}
