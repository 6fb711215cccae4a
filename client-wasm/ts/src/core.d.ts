// Made by tools/build.mjs.
declare module 'roomcast:core' {
  /** The SDK core as WebAssembly, gzipped and in letters. */
  const packed: string;
  export default packed;
}
