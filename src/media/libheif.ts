import { createRequire } from "node:module";

/**
 * libheif as heic-decode brings it along. heic-decode itself copies the pixels three times (240 MB for 12 megapixels),
 * looks at the file's main brand only and ignores which of several pictures is the main one, so its C functions are
 * called here: half the memory. Addresses are those of WebAssembly's memory. A C struct that is returned is written
 * to the address given first; an error is `{ int code; int subcode; const char* message }`.
 */
export interface Libheif {
  /** Another one after the memory has grown: never to be kept. */
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _heif_get_global_security_limits(): number;
  _heif_context_alloc(): number;
  _heif_context_read_from_memory_without_copy(
    error: number,
    context: number,
    file: number,
    bytes: number,
    options: number,
  ): void;
  _heif_context_get_primary_image_handle(error: number, context: number, handle: number): void;
  _heif_image_handle_get_width(handle: number): number;
  _heif_image_handle_get_height(handle: number): number;
  _heif_image_handle_has_alpha_channel(handle: number): number;
  _heif_decode_image(
    error: number,
    handle: number,
    image: number,
    colourSpace: number,
    chroma: number,
    options: number,
  ): void;
  _heif_image_get_plane_readonly2(image: number, channel: number, stride: number): number;
  _heif_image_get_width(image: number, channel: number): number;
  _heif_image_get_height(image: number, channel: number): number;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** RGB or RGBA, 8 bits each. */
  readonly channels: 3 | 4;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** A view of WebAssembly's memory. */
  readonly bytes: Uint8Array;
}

/** In heif.h: heif_colorspace_RGB, heif_chroma_interleaved_RGB and …_RGBA, heif_channel_interleaved. */
const RGB = 1;
const INTERLEAVED_RGB = 10;
const INTERLEAVED_RGBA = 11;
const INTERLEAVED = 10;
/** In `struct heif_security_limits`: a 64-bit number after the version. */
const MAX_IMAGE_PIXELS_OFFSET = 8;

export function loadLibheif(): Libheif {
  const require = createRequire(createRequire(import.meta.url).resolve("heic-decode"));
  // Emscripten's module: what of it is used is named above, from its libheif.d.ts.
  return require("libheif-js/wasm-bundle") as Libheif;
}

/**
 * The main picture, turned and mirrored as its container says. Nothing is freed: the thread ends with it.
 * @throws Error with libheif's words
 */
export function decodePrimary(heif: Libheif, file: Uint8Array, maxPixels: number): Pixels {
  const numberAt = (address: number) => new DataView(heif.HEAPU8.buffer).getUint32(address, true);
  // The C struct is constant to callers, but every context copies it.
  const limits = heif._heif_get_global_security_limits() + MAX_IMAGE_PIXELS_OFFSET;
  new DataView(heif.HEAPU8.buffer).setBigUint64(limits, BigInt(maxPixels), true);
  const [error, out, input] = [heif._malloc(16), heif._malloc(16), heif._malloc(file.length)];
  if (error === 0 || out === 0 || input === 0) throw new Error("no memory for the file");
  heif.HEAPU8.set(file, input);
  const assertOk = () => {
    if (numberAt(error) !== 0) throw new Error(`libheif: ${textAt(heif, numberAt(error + 8))}`);
  };

  const context = heif._heif_context_alloc();
  heif._heif_context_read_from_memory_without_copy(error, context, input, file.length, 0);
  assertOk();
  heif._heif_context_get_primary_image_handle(error, context, out);
  assertOk();
  const handle = numberAt(out);
  const claimed = heif._heif_image_handle_get_width(handle) * heif._heif_image_handle_get_height(handle);
  if (claimed > maxPixels) throw new Error("too many pixels");
  const channels = heif._heif_image_handle_has_alpha_channel(handle) ? 4 : 3;
  const chroma = channels === 4 ? INTERLEAVED_RGBA : INTERLEAVED_RGB;
  heif._heif_decode_image(error, handle, out, RGB, chroma, 0);
  assertOk();

  const image = numberAt(out);
  const plane = heif._heif_image_get_plane_readonly2(image, INTERLEAVED, out);
  const stride = numberAt(out);
  const width = heif._heif_image_get_width(image, INTERLEAVED);
  const height = heif._heif_image_get_height(image, INTERLEAVED);
  if (plane === 0 || width <= 0 || height <= 0) throw new Error("no pixels");
  return { width, height, channels, stride, bytes: heif.HEAPU8.subarray(plane, plane + stride * height) };
}

function textAt(heif: Libheif, address: number): string {
  const end = heif.HEAPU8.indexOf(0, address);
  return Buffer.from(heif.HEAPU8.subarray(address, Math.min(end, address + 200))).toString("latin1");
}
