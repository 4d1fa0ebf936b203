// What transpileModule cannot be told by options when it makes CommonJS of ES module syntax.
import type { CustomTransformers, Expression, Node, SourceFile, TransformerFactory, Visitor } from 'typescript';
import type { CompileInput } from './compile.ts';
import type { TypeScript } from './heavy.ts';

/**
 * `import.meta` becomes an object with what CommonJS knows. Where the project does not say esModuleInterop, namespace
 * imports (`import * as express`) stay callable as without it, while default imports work as with it.
 */
export function commonJsTransformers(ts: TypeScript, { source, settings }: CompileInput): CustomTransformers {
  const before: TransformerFactory<SourceFile>[] = [];
  const after: TransformerFactory<SourceFile>[] = [];
  if (source.includes('import.meta')) before.push(replaceImportMeta(ts));
  if (settings.esModuleInterop === undefined && /\bimport\s*\*/.test(source)) after.push(unwrapNamespaces(ts));
  return { before, after };
}

function replaceImportMeta(ts: TypeScript): TransformerFactory<SourceFile> {
  return forEveryNode(ts, (node) =>
    ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword ? importMetaObject(ts) : undefined,
  );
}

/** `({ url: require("node:url").pathToFileURL(__filename).href, filename: __filename, dirname: __dirname })` */
function importMetaObject(ts: TypeScript): Expression {
  const f = ts.factory;
  const required = f.createCallExpression(f.createIdentifier('require'), undefined, [
    f.createStringLiteral('node:url'),
  ]);
  const url = f.createPropertyAccessExpression(
    f.createCallExpression(f.createPropertyAccessExpression(required, 'pathToFileURL'), undefined, [
      f.createIdentifier('__filename'),
    ]),
    'href',
  );
  return f.createParenthesizedExpression(
    f.createObjectLiteralExpression([
      f.createPropertyAssignment('url', url),
      f.createPropertyAssignment('filename', f.createIdentifier('__filename')),
      f.createPropertyAssignment('dirname', f.createIdentifier('__dirname')),
    ]),
  );
}

/** `const ns = __importStar(require("x"))` made from `import * as ns` loses the wrapper. */
function unwrapNamespaces(ts: TypeScript): TransformerFactory<SourceFile> {
  return forEveryNode(ts, (node) => {
    if (!ts.isVariableStatement(node) || !isNamespaceImport(ts, ts.getOriginalNode(node))) return undefined;
    const f = ts.factory;
    const declarations = node.declarationList.declarations.map((declaration) => {
      const { name, initializer } = declaration;
      if (!initializer || !ts.isCallExpression(initializer) || !ts.isIdentifier(initializer.expression))
        return declaration;
      const [wrapped] = initializer.arguments;
      return initializer.expression.text === '__importStar' && wrapped
        ? f.updateVariableDeclaration(declaration, name, undefined, undefined, wrapped)
        : declaration;
    });
    return f.updateVariableStatement(
      node,
      undefined,
      f.updateVariableDeclarationList(node.declarationList, declarations),
    );
  });
}

/** `import * as ns from 'x'` without a default import beside it. */
function isNamespaceImport(ts: TypeScript, node: Node): boolean {
  if (!ts.isImportDeclaration(node) || !node.importClause || node.importClause.name) return false;
  const { namedBindings } = node.importClause;
  return namedBindings !== undefined && ts.isNamespaceImport(namedBindings);
}

function forEveryNode(ts: TypeScript, replace: (node: Node) => Node | undefined): TransformerFactory<SourceFile> {
  return (context) => {
    const visit: Visitor = (node) => replace(node) ?? ts.visitEachChild(node, visit, context);
    return (file) => ts.visitEachChild(file, visit, context);
  };
}
