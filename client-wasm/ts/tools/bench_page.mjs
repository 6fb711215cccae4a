// A program of bench/ as a module for a page, which imports nothing.
import * as esbuild from 'esbuild';
import { common } from './core_plugin.mjs';

export const bundleForPage = (name, outfile) =>
  esbuild.build({ ...common, entryPoints: [`bench/${name}.ts`], outfile, minify: true });
