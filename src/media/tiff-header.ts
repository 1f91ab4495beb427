/** Of an uncompressed picture, 8 bits a channel, whose rows follow the header at once. */
export interface TiffPicture {
  readonly width: number;
  readonly height: number;
  /** RGB or RGBA. */
  readonly channels: 3 | 4;
  /** ICC; empty for none. */
  readonly colourProfile: Uint8Array;
}

type Field = readonly [tag: number, type: typeof SHORT | typeof LONG | typeof BYTES, ...values: number[]];

const SHORT = 3;
const LONG = 4;
const BYTES = 7;
const IFD_AT = 8;
const FIELD_BYTES = 12;

/** What stands before the pixels in a TIFF of one strip. Source: TIFF 6.0, sections 2 and 6. */
export function tiffHeader({ width, height, channels, colourProfile }: TiffPicture): Buffer {
  const fieldCount = 10 + (channels === 4 ? 1 : 0) + (colourProfile.length > 0 ? 1 : 0);
  const bitsAt = IFD_AT + 2 + fieldCount * FIELD_BYTES + 4;
  const profileAt = bitsAt + channels * 2;
  const pixelsAt = profileAt + colourProfile.length;
  const fields: readonly Field[] = [
    [256, LONG, width],
    [257, LONG, height],
    // Bits of each channel: too long for the field, so at an address of its own.
    [258, SHORT, channels, bitsAt],
    [259, SHORT, 1], // not compressed
    [262, SHORT, 2], // RGB
    [273, LONG, pixelsAt],
    [277, SHORT, channels],
    [278, LONG, height],
    [279, LONG, width * height * channels],
    [284, SHORT, 1], // channels interleaved
    ...(channels === 4 ? [[338, SHORT, 2] as const] : []), // the fourth is opacity
    ...(colourProfile.length > 0 ? [[34675, BYTES, colourProfile.length, profileAt] as const] : []),
  ];

  const header = Buffer.alloc(pixelsAt);
  header.write("II*\0", "latin1");
  header.writeUInt32LE(IFD_AT, 4);
  header.writeUInt16LE(fields.length, IFD_AT);
  fields.forEach(([tag, type, ...values], index) => {
    const at = IFD_AT + 2 + index * FIELD_BYTES;
    // A field holds one value, or the count of several and where they are.
    const [count, value] = values.length === 1 ? [1, values[0]] : values;
    header.writeUInt16LE(tag, at);
    header.writeUInt16LE(type, at + 2);
    header.writeUInt32LE(count ?? 0, at + 4);
    header.writeUInt32LE(value ?? 0, at + 8);
  });
  for (let channel = 0; channel < channels; channel += 1) header.writeUInt16LE(8, bitsAt + channel * 2);
  header.set(colourProfile, profileAt);
  return header;
}
