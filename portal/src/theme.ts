import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#e9f6f9',
  '#d2eaf0',
  '#a3d5e1',
  '#72bfd1',
  '#5cc0d3',
  '#35a1bb',
  '#2694af',
  '#167f98',
  '#14687a',
  '#0a5566',
];

export const theme = createTheme({
  primaryColor: 'sea',
  colors: { sea },
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, sans-serif',
  headings: { fontWeight: '600' },
  // Who does not see the mark appear hears of it.
  components: { InputError: { defaultProps: { role: 'alert' } } },
});

/** Mantine's greys for what is said aside, and its red, are too faint to read (WCAG 1.4.3 asks for 4.5 : 1). */
export const readableColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55616a',
    '--mantine-color-placeholder': '#636f78',
    '--mantine-color-error': '#b3261e',
  },
  dark: {
    '--mantine-color-dimmed': '#aab4ba',
    '--mantine-color-placeholder': '#9aa5ac',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-anchor': '#5cc0d3',
  },
});
