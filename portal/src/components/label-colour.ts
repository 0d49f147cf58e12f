/** What is to be written on a colour: white or black, whichever can be read better (WCAG 1.4.3: always 4.5 : 1). */
export function readableOn(colour: string): 'black' | 'white' | undefined {
  const [red, green, blue] = channels(colour);
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  // Contrast with black is (luminance + 0.05) / 0.05, with white 1.05 / (luminance + 0.05).
  return (luminance + 0.05) ** 2 > 0.05 * 1.05 ? 'black' : 'white';
}

/** Of #rgb and #rrggbb; nothing of words and of what can be seen through. */
function channels(colour: string): number[] {
  const [, short, long] = /^#(?:([\da-f]{3})|([\da-f]{6}))$/i.exec(colour) ?? [];
  const digits = long ?? [...(short ?? '')].map((digit) => digit + digit).join('');
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16) / 255);
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
