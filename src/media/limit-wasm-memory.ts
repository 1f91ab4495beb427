const PAGE_BYTES = 65_536;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Node has it; its types do not. */
declare const WebAssembly: { readonly Memory: { readonly prototype: WasmMemory } };

/**
 * From now on no WebAssembly memory of this thread grows beyond `maxBytes`: a thread's resource limits count its
 * JavaScript alone. A decoder that asks for more is told that there is none, and fails like one without memory.
 */
export function limitWasmMemory(maxBytes: number): void {
  const grow = WebAssembly.Memory.prototype.grow;
  WebAssembly.Memory.prototype.grow = function limited(this: WasmMemory, pages: number): number {
    if (this.buffer.byteLength + pages * PAGE_BYTES > maxBytes)
      throw new RangeError("WebAssembly memory limit");
    return grow.call(this, pages);
  };
}
