/** One entry of a tar archive; every field may be wrong on purpose. */
export interface Entry {
  name: string;
  content?: Buffer | string;
  /** `0` unless given. */
  type?: string;
  /** Said in the header instead of the content's size, as it stands. */
  size?: string | Buffer;
  prefix?: string;
  checksum?: string;
}

export function header({ name, content = '', type = '0', size, prefix = '', checksum }: Entry): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 100);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  if (Buffer.isBuffer(size)) size.copy(block, 124);
  else block.write(size ?? octal(Buffer.byteLength(content)), 124, 12);
  block.write('00000000000\0', 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  block.write(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(checksum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148, 8);
  return block;
}

const octal = (size: number) => `${size.toString(8).padStart(11, '0')}\0`;

/** With the two empty blocks at its end. */
export function tar(...entries: Entry[]): Buffer {
  return Buffer.concat([...entries.map(entryOf), Buffer.alloc(1024)]);
}

function entryOf(entry: Entry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  return Buffer.concat([header(entry), content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

/** What stands before an entry to give it a long name, or a size. */
export function pax(records: Record<string, string>): Entry {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    const bytes = Buffer.byteLength(rest);
    let length = bytes + 1;
    while (String(length).length + bytes !== length) length += 1;
    return `${length}${rest}`;
  });
  return { name: 'PaxHeaders/x', type: 'x', content: lines.join('') };
}

/** In pieces of `size` bytes, as storage hands them out. */
export async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
