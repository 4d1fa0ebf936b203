// What tsc's CommonJS output calls at run time, as TypeScript 5.9 defines it, on one line each.

export type Helper = '__createBinding' | '__importStar' | '__importDefault' | '__exportStar';

const DEFINITIONS: { readonly [Name in Helper]: string } = {
  __createBinding:
    'var __createBinding=function(o,m,k){var d=Object.getOwnPropertyDescriptor(m,k);' +
    'if(!d||("get" in d?!m.__esModule:d.writable||d.configurable))d={enumerable:true,get:function(){return m[k];}};' +
    'Object.defineProperty(o,k,d);};',
  __importStar:
    'var __importStar=function(m){if(m&&m.__esModule)return m;var r={};' +
    'if(m!=null)for(var a=Object.getOwnPropertyNames(m),i=0;i<a.length;i++)if(a[i]!=="default")__createBinding(r,m,a[i]);' +
    'Object.defineProperty(r,"default",{enumerable:true,value:m});return r;};',
  __importDefault: 'var __importDefault=function(m){return m&&m.__esModule?m:{"default":m};};',
  __exportStar:
    'var __exportStar=function(m,e){for(var p in m)' +
    'if(p!=="default"&&!Object.prototype.hasOwnProperty.call(e,p))__createBinding(e,m,p);};',
};

/** Names that a file must not declare itself for the helpers to be put in front of it. */
export const HELPER_NAMES: readonly string[] = Object.keys(DEFINITIONS);

/** The definitions of the helpers in use and of what they need. */
export function helperDefinitions(used: ReadonlySet<Helper>): string {
  const needed = new Set<Helper>(used);
  if (used.has('__importStar') || used.has('__exportStar')) needed.add('__createBinding');
  return (Object.keys(DEFINITIONS) as Helper[])
    .filter((name) => needed.has(name))
    .map((name) => DEFINITIONS[name])
    .join('');
}
