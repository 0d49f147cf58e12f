/** The colours that are offered, each with a name: who does not see them apart chooses by it. */
export const colours = [
  { id: 'red', value: '#C92100' },
  { id: 'orange', value: '#F57600' },
  { id: 'yellow', value: '#FFDC0B' },
  { id: 'lime', value: '#9FD35B' },
  { id: 'green', value: '#318700' },
  { id: 'teal', value: '#00968B' },
  { id: 'cyan', value: '#49AFD9' },
  { id: 'blue', value: '#0065AB' },
  { id: 'indigo', value: '#343DAC' },
  { id: 'purple', value: '#781DA0' },
  { id: 'pink', value: '#E83E8C' },
  { id: 'brown', value: '#7A4A21' },
  { id: 'grey', value: '#808080' },
  { id: 'black', value: '#000000' },
  { id: 'white', value: '#FFFFFF' },
] as const;

export type Colour = (typeof colours)[number];

export const colourOf = (value: string | undefined): Colour | undefined =>
  colours.find((colour) => colour.value.toLowerCase() === value?.toLowerCase());
