const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `1.5 GiB`: three digits at most, in the numerals of the language. */
export const readableBytes = (bytes: number, language: string): string => bytesWriter(language)(bytes);

/** For columns: to make a format takes twenty times as long as to use it. */
export function bytesWriter(language: string): (bytes: number) => string {
  const small = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const large = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  return (bytes) => {
    const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
    const value = bytes / 1024 ** power;
    return `${(value < 10 ? small : large).format(value)} ${units[power]}`;
  };
}
