// Writes the reference of what the package exports, out of its types and their comments:
// docs/SDK_API.md. With --check it only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const folder = join(import.meta.dirname, '..');
const target = join(folder, '../../docs/SDK_API.md');
const entries = { roomcast: 'index', 'roomcast/external': 'external', 'roomcast/react': 'react' };

const files = Object.values(entries).map((name) => join(folder, `dist/types/${name}.d.ts`));
const program = ts.createProgram(files, { target: ts.ScriptTarget.ES2022, skipLibCheck: true });
const checker = program.getTypeChecker();

const commentOf = (symbol) =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).replace(/\s+/g, ' ').trim();

// As it is written, on one line.
const textOf = (node) =>
  node
    .getText()
    .replace(/\/\*\*[^]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/\b(export|declare) /g, '')
    .replace(/\s+/g, ' ')
    .replace(/;$/, '')
    .trim();

const isShown = (member) =>
  member.name &&
  !ts.isPrivateIdentifier(member.name) &&
  !ts.isConstructorDeclaration(member) &&
  member.kind !== ts.SyntaxKind.ClassStaticBlockDeclaration;

function memberLines(declaration) {
  return declaration.members.filter(isShown).map((member) => {
    const symbol = checker.getSymbolAtLocation(member.name);
    const comment = symbol ? commentOf(symbol) : '';
    const text = textOf(member).replaceAll('|', '\\|');
    return `| \`${text}\` | ${comment.replaceAll('|', '\\|')} |`;
  });
}

function section(symbol) {
  const declaration = symbol.declarations?.[0];
  if (!declaration) return [];
  const lines = [`### ${symbol.name}`, ''];
  const comment = commentOf(symbol);
  if (comment) lines.push(comment, '');
  const hasMembers = ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration);
  if (hasMembers) {
    const members = memberLines(declaration);
    const base = declaration.heritageClauses?.map(textOf).join(' ');
    if (base) lines.push(`\`${declaration.name.text} ${base}\``, '');
    if (members.length > 0) lines.push('| member | |', '| --- | --- |', ...members, '');
  } else {
    lines.push('```ts', textOf(declaration), '```', '');
  }
  return lines;
}

const lines = [
  '# The SDK, name by name',
  '',
  'Made of the types of the package `roomcast` by `client-wasm/ts/tools/reference.mjs`; the guide is [SDK.md](SDK.md).',
  '',
];
const seen = new Set();
Object.entries(entries).forEach(([entry, name], at) => {
  const module = checker.getSymbolAtLocation(program.getSourceFile(files[at]));
  lines.push(`## ${entry}`, '');
  for (let symbol of checker.getExportsOfModule(module)) {
    if (symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    const key = symbol.declarations?.[0];
    if (seen.has(key)) continue;
    seen.add(key);
    lines.push(...section(symbol));
  }
});
const text = `${lines.join('\n').trimEnd()}\n`;

if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('docs/SDK_API.md is not what the types say: npm run reference');
  process.exit(1);
}
