import { createContext, use } from 'react';

/** Opens the palette, with something to look for in it. */
export const PaletteContext = createContext<(text?: string) => void>(() => undefined);

export const useOpenPalette = () => use(PaletteContext);
