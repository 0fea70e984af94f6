// A ZIP archive without compression, for a handful of small files: APPNOTE 6.3.3, sections 4.3.7, 4.3.12 and 4.3.16.

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export interface ZipFile {
  name: string;
  content: Uint8Array<ArrayBuffer> | string;
}

export function zip(files: ZipFile[], at: Date): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((Math.max(at.getUTCFullYear(), 1980) - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  // What a file's own header and its entry in the directory have in common; bit 11: names are UTF-8.
  const record = (signature: number, before: number[], name: Uint8Array, bytes: Uint8Array, after: number[]) => {
    const numbers: Array<[number, 2 | 4]> = [
      [signature, 4], ...before.map((each): [number, 2] => [each, 2]), [0x0800, 2], [0, 2], [time, 2], [date, 2],
      [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4], [name.length, 2], [0, 2],
    ];
    return joined([...numbers.map(([value, size]) => little(value, size)), ...after.map((each, index) => little(each, index < 3 ? 2 : 4)), name]);
  };
  for (const file of files) {
    const name = encoder.encode(file.name);
    const bytes = typeof file.content === "string" ? encoder.encode(file.content) : file.content;
    const head = record(0x04034b50, [20], name, bytes, []);
    parts.push(head, bytes);
    directory.push(record(0x02014b50, [20, 20], name, bytes, [0, 0, 0, 0, offset]));
    offset += head.length + bytes.length;
  }
  const entries = joined(directory);
  const end = joined([little(0x06054b50, 4), little(0, 4), little(files.length, 2), little(files.length, 2), little(entries.length, 4), little(offset, 4), little(0, 2)]);
  return joined([...parts, entries, end]);
}

function little(value: number, size: 2 | 4): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (value >>> (8 * index)) & 0xff);
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
