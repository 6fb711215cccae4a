// What tools/build.mjs puts in place.
declare const ROOMCAST_VERSION: string;
declare const ROOMCAST_BUILD: string;

/** The package's version. */
export const version: string = ROOMCAST_VERSION;
/** The build of the core, which this JavaScript was made with and asks of the module. */
export const build: string = ROOMCAST_BUILD;
