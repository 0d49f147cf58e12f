/** For what opens over a page and belongs to it: outside the landmarks people do not come across it. */
export const inMain = { target: '#content' } as const;
