// Made by tools/build.mjs.
declare module 'roomcast:core' {
  /** The SDK core as WebAssembly, gzipped and in base64. */
  const packed: string;
  export default packed;
}
